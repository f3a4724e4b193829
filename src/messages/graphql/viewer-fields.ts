import { allowedMessageActions } from '../../conversations/queries/allowed-message-actions.ts'
import { countText } from '../../graphql/answered-text.ts'
import { builder } from '../../graphql/builder.ts'
import type { MessageAction } from '../message-actions.ts'
import { DEFAULT_PREVIEW, MAX_PREVIEW, previewOf } from '../queries/preview.ts'
import { MessageRef } from './refs.ts'

const MessageActionEnum = builder.enumType('MessageAction', {
  description: 'Something that a person may do with a message.',
  values: {
    REPLY: { description: 'sendMessage with it as the parent.' },
    EDIT: { description: 'editMessage.' },
    RETRACT: { description: 'retractMessage. A retracted message is not retracted again.' },
    HIDE: { description: 'hideMessage.' },
    REACT: { description: 'setReaction.' },
    REPORT: { description: 'reportMessage.' },
    MODERATE: { description: 'Retract it at any time, and setMessageAccess, whoever wrote it.' },
  } satisfies Record<MessageAction, object>,
})

builder.objectFields(MessageRef, (t) => ({
  allowedActions: t.field({
    perViewer: true,
    type: [MessageActionEnum],
    description:
      'All that the viewer may do with it now, as far as its state, the rules and the settings of the company decide it. Rate limits and pauses for spam may still refuse it. Empty while nothing can be written.',
    resolve: (message, _args, context) => allowedMessageActions(message, context),
  }),
  preview: t.string({
    nullable: true,
    description: "The body's beginning on one line. Null once the message is retracted.",
    args: {
      length: t.arg.int({
        description: `Maximum number of user-perceived characters (grapheme clusters), 1 to ${MAX_PREVIEW.toLocaleString('en')}. Defaults to ${DEFAULT_PREVIEW}.`,
      }),
    },
    resolve: (message, { length }, context, info) => {
      countText(context, info, message.body)
      return previewOf(context, message, length)
    },
  }),
}))
