import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { createExportLink } from '../operations/create-export-link.ts'
import { requestExport } from '../operations/request-export.ts'
import { ExportFormatEnum, ExportRef } from './refs.ts'

const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}

builder.relayMutationField(
  'requestExport',
  {
    description: 'The messages to export.',
    inputFields: (t) => ({
      format: t.field({ type: ExportFormatEnum, required: true, description: 'The format.' }),
      from: t.field({
        type: 'DateTime',
        required: true,
        description: 'The first moment of messages to export.',
      }),
      to: t.field({
        type: 'DateTime',
        required: true,
        description: 'The moment before which they were sent, at most 366 days later, and not in the future.',
      }),
      userIds: t.idList({ description: 'Only messages that these people wrote, at most 1,000 people.' }),
      conversationIds: t.idList({ description: 'Only messages of these conversations, at most 1,000.' }),
    }),
  },
  {
    description:
      'Exports messages into a file in the background: all of the company, also retracted, restricted and hidden ones, with their earlier texts, reactions and receipts. Requires CONVERSATION_AUDIT as well. Returns ConflictError while 5 exports wait or run.',
    authScopes: { permission: 'AUDIT_READ' },
    directives: [{ name: 'rateLimit', args: { max: 20, per: '1h' } }],
    errors,
    resolve: (_root, { input }, context) => requestExport(context, input),
  },
  {
    description: 'Returned when the export is queued.',
    outputFields: (t) => ({
      export: t.expose('export', { type: ExportRef, description: 'The export.' }),
    }),
  },
)

builder.relayMutationField(
  'createExportLink',
  {
    description: 'The export to download.',
    inputFields: (t) => ({ exportId: t.id({ required: true, description: 'The export.' }) }),
  },
  {
    description:
      "Creates links to an export's file and manifest, for the viewer alone and for 10 minutes. The viewer's permissions are checked again at each download. Requires CONVERSATION_AUDIT as well. Returns ConflictError unless the export is READY.",
    authScopes: { permission: 'AUDIT_READ' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => createExportLink(context, input),
  },
  {
    description: 'Returned when the links are created.',
    outputFields: (t) => ({
      url: t.exposeString('url', {
        description: 'Address of the file, which is a credential while it is valid.',
      }),
      manifestUrl: t.exposeString('manifestUrl', {
        description:
          "Address of the manifest: JSON with the number of messages, the number of conversations that the operator's policy withheld, the checksum, the span of time, the person who asked, and the checkpoint of the audit trail.",
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Time at which the links end.' }),
    }),
  },
)
