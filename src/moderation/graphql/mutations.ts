import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { MessageRef } from '../../messages/graphql/refs.ts'
import { decideModerationCase } from '../operations/decide-case.ts'
import { reportMessage } from '../operations/report-message.ts'
import { ModerationCaseRef, ReportReasonEnum } from './refs.ts'

const union = { description: 'The payload, or the error that the caller can act on.' }

const DecisionEnum = builder.enumType('ModerationDecision', {
  description: 'A decision about a case.',
  values: {
    APPROVE: { description: 'Posts a held message.' },
    REJECT: { description: 'Rejects a held message; only its author sees it.' },
    DISMISS: { description: 'Leaves a reported message as it is.' },
    RETRACT: { description: 'Retracts a reported message for everyone.' },
  } as const,
})

builder.relayMutationField(
  'reportMessage',
  {
    description: 'A message to report.',
    inputFields: (t) => ({
      messageId: t.id({ required: true, description: 'The message.' }),
      reason: t.field({ type: ReportReasonEnum, required: true, description: 'The reason.' }),
      note: t.string({ description: 'A remark for the moderators, up to 1,000 characters.' }),
    }),
  },
  {
    description:
      'Reports a message that the viewer sees to the moderators, once: reporting it again changes nothing. Its author is not told.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: [
      { name: 'rateLimit', args: { max: 10, per: '1m' } },
      { name: 'rateLimit', args: { max: 50, per: '1h' } },
    ],
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError], union },
    resolve: (_root, { input }, context) => reportMessage(context, input),
  },
  {
    description: 'Returned when the report is stored.',
    outputFields: (t) => ({
      message: t.expose('message', { type: MessageRef, description: 'The message.' }),
    }),
  },
)

builder.relayMutationField(
  'decideModerationCase',
  {
    description: 'A decision about a case.',
    inputFields: (t) => ({
      caseId: t.id({ required: true, description: 'The case.' }),
      decision: t.field({
        type: DecisionEnum,
        required: true,
        description: 'APPROVE or REJECT for a held message, DISMISS or RETRACT for a reported one.',
      }),
      reason: t.string({ required: true, description: 'The reason, up to 1,000 characters.' }),
    }),
  },
  {
    description:
      'Decides a case. Nobody decides about a message that they wrote or reported. Returns ConflictError if it has been decided, or if a held message can no longer be posted.',
    authScopes: { permission: 'MESSAGE_MODERATE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError], union },
    resolve: (_root, { input }, context) => decideModerationCase(context, input),
  },
  {
    description: 'Returned when the case is decided.',
    outputFields: (t) => ({
      case: t.expose('case', { type: ModerationCaseRef, description: 'The case after the decision.' }),
    }),
  },
)
