import { BroadcastRef } from '../../broadcasts/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { MessageRef } from '../../messages/graphql/refs.ts'
import { attachmentName } from '../queries/attachment-name.ts'
import { attachmentsOfBroadcast, attachmentsOfMessage } from '../queries/readable-attachment.ts'
import { AttachmentKindEnum, AttachmentRef, AttachmentRefusalEnum } from './refs.ts'

const AttachmentStateEnum = builder.enumType('AttachmentState', {
  description: 'The state of an attachment.',
  values: {
    UPLOADING: { description: 'Parts of it are missing.' },
    SCANNING: { description: 'It is whole, and is being checked.' },
    READY: { description: 'It can be sent, within 24 hours of its creation.' },
    ATTACHED: { description: 'It is part of a message, or of a scheduled broadcast.' },
    REFUSED: { description: 'The check has refused it.' },
  } as const,
})

builder.node(AttachmentRef, {
  description:
    'A file, picture or voice note. Null unless the viewer may see its message, or has uploaded it and not sent it.',
  id: { resolve: ({ id }) => id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.attachment.load(id))),
  fields: (t) => ({
    kind: t.field({ type: AttachmentKindEnum, description: 'The kind.', resolve: ({ kind }) => kind }),
    fileName: t.string({
      description: 'The name, without folders and deceiving characters.',
      resolve: (attachment, _args, context) => attachmentName(context, attachment),
    }),
    mediaType: t.string({
      description:
        'The media type, told by the bytes; application/octet-stream before they are there, and where they do not tell.',
      resolve: ({ mediaType }) => mediaType ?? 'application/octet-stream',
    }),
    size: t.exposeInt('size', { description: 'Number of bytes.' }),
    width: t.exposeInt('width', { nullable: true, description: 'Width of a picture in pixels.' }),
    height: t.exposeInt('height', { nullable: true, description: 'Height of a picture in pixels.' }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      description: 'Duration of a voice note in milliseconds, as its sender told it.',
    }),
    state: t.field({
      type: AttachmentStateEnum,
      description: 'The current state.',
      resolve: ({ state }) => state,
    }),
    refusal: t.field({
      type: AttachmentRefusalEnum,
      nullable: true,
      description: 'The reason why the check has refused it; null unless it is REFUSED.',
      resolve: ({ refusal }) => refusal,
    }),
  }),
})

builder.objectField(MessageRef, 'attachments', (t) =>
  t.field({
    perViewer: true,
    type: [AttachmentRef],
    description: 'Its files in their order. Empty once the message is retracted.',
    complexity: { multiplier: 10 },
    resolve: (message, _args, context) => attachmentsOfMessage(context, message),
  }),
)

builder.objectField(BroadcastRef, 'attachments', (t) =>
  t.field({
    perViewer: true,
    type: [AttachmentRef],
    description: 'Its files in their order. Empty once it is retracted or cancelled.',
    complexity: { multiplier: 10 },
    resolve: (broadcast, _args, context) => attachmentsOfBroadcast(context, broadcast),
  }),
)
