import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { UserErrorInterface } from '../../graphql/errors.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { AttachmentRefusedError } from '../errors.ts'
import { createAttachmentLink } from '../operations/create-attachment-link.ts'
import { createUpload } from '../operations/create-upload.ts'
import { deleteUpload } from '../operations/delete-upload.ts'
import { AttachmentKindEnum, AttachmentRef, AttachmentRefusalEnum } from './refs.ts'

builder.objectType(AttachmentRefusedError, {
  name: 'AttachmentRefusedError',
  description: 'The file is not accepted. Nothing was written.',
  interfaces: [UserErrorInterface],
  isTypeOf: (value) => value instanceof AttachmentRefusedError,
  fields: (t) => ({
    reason: t.expose('reason', { type: AttachmentRefusalEnum, description: 'The reason.' }),
  }),
})

const AttachmentVariantEnum = builder.enumType('AttachmentVariant', {
  description: 'A form of a file.',
  values: {
    ORIGINAL: { description: 'The file itself.' },
    THUMBNAIL: { description: 'A small picture of it.' },
  } as const,
})

const union = { description: 'The payload, or the error that the caller can act on.' }

builder.relayMutationField(
  'createUpload',
  {
    description: 'A file to upload.',
    inputFields: (t) => ({
      fileName: t.string({
        required: true,
        description:
          'Up to 255 characters. Folders, control characters and those that turn around its direction are left out.',
      }),
      size: t.int({ required: true, description: 'Number of bytes.' }),
      kind: t.field({ type: AttachmentKindEnum, required: true, description: 'The kind.' }),
      durationMs: t.int({ description: 'Duration of a voice note, an hour at most; for no other kind.' }),
    }),
  },
  {
    description:
      'Begins the upload of a file, which is sent with `attachmentIds` once it is READY. Unless it is sent within 24 hours, it is deleted.',
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, AttachmentRefusedError], union },
    resolve: (_root, { input }, context) => createUpload(context, input),
  },
  {
    description: 'Returned when the upload can begin.',
    outputFields: (t) => ({
      attachment: t.expose('attachment', { type: AttachmentRef, description: 'The attachment, UPLOADING.' }),
      uploadUrl: t.exposeString('uploadUrl', {
        description:
          'Address of the upload, which is a credential. It speaks the tus protocol (tus.io), in parts of at most partBytes.',
      }),
      partBytes: t.exposeInt('partBytes', {
        description:
          'Number of bytes of each part; the last one has what is left. A part that breaks off is dropped.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'Time at which the upload is deleted unless it is sent.',
      }),
    }),
  },
)

builder.relayMutationField(
  'deleteUpload',
  {
    description: 'The upload to delete.',
    inputFields: (t) => ({ attachmentId: t.id({ required: true, description: 'The attachment.' }) }),
  },
  {
    description: "Deletes an upload of the viewer's that is in no message.",
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError], union },
    resolve: (_root, { input }, context) => deleteUpload(context, input),
  },
  {
    description: 'Returned when the upload is deleted.',
    outputFields: (t) => ({
      attachmentId: t.exposeID('attachmentId', { description: 'The attachment that is no more.' }),
    }),
  },
)

builder.relayMutationField(
  'createAttachmentLink',
  {
    description: 'The file to read.',
    inputFields: (t) => ({
      attachmentId: t.id({ required: true, description: 'The attachment.' }),
      variant: t.field({ type: AttachmentVariantEnum, description: 'Defaults to ORIGINAL.' }),
    }),
  },
  {
    description:
      'Creates a link to a file, for the viewer alone and for 5 minutes. Whether the viewer may see it is asked again at each request. Returns ConflictError unless the file is READY or ATTACHED and has the variant.',
    authScopes: { permission: 'MESSAGE_READ' },
    // A page of pictures asks for a link to each.
    directives: [{ name: 'rateLimit', args: { max: 600, per: '1m' } }],
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError], union },
    resolve: (_root, { input }, context) => createAttachmentLink(context, input),
  },
  {
    description: 'Returned when the link is created.',
    outputFields: (t) => ({
      url: t.exposeString('url', {
        description: 'Address of the file, which is a credential while it is valid.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Time at which the link ends.' }),
    }),
  },
)
