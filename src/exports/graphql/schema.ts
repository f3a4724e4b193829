import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { exportPage, lackedForExports } from '../queries/exports.ts'
import { ExportFormatEnum, ExportRef } from './refs.ts'

const ExportStateEnum = builder.enumType('ExportState', {
  description: 'The state of an export.',
  values: {
    QUEUED: { description: 'It waits. One export of a company runs at a time.' },
    RUNNING: { description: 'Its file is being written.' },
    READY: { description: 'Its file can be downloaded.' },
    FAILED: { description: 'It could not be written.' },
    EXPIRED: { description: 'Its file was deleted, a day after it was written.' },
  } as const,
})

builder.node(ExportRef, {
  description:
    'An export of messages into a file. Null for people without AUDIT_READ and CONVERSATION_AUDIT.',
  id: { resolve: ({ id }) => id },
  loadManyWithoutCache: (ids, { loaders, viewer }) =>
    Promise.all(ids.map((id) => (lackedForExports(viewer) ? null : loaders.export.load(id)))),
  fields: (t) => ({
    format: t.field({ type: ExportFormatEnum, description: 'The format.', resolve: ({ format }) => format }),
    from: t.expose('from', { type: 'DateTime', description: 'The first moment of messages in it.' }),
    to: t.expose('to', { type: 'DateTime', description: 'The moment before which they were sent.' }),
    state: t.field({
      type: ExportStateEnum,
      description: 'The current state.',
      resolve: ({ state }) => state,
    }),
    requestedBy: t.field({
      type: UserRef,
      description: 'The person who requested it.',
      resolve: ({ requestedById }, _args, context) => person(context, requestedById),
    }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'Time of the request.' }),
    messageCount: t.exposeInt('messageCount', {
      nullable: true,
      description: 'Number of messages in it; null before it is ready.',
    }),
    checksum: t.exposeString('checksum', {
      nullable: true,
      description: 'SHA-256 of the file in hexadecimal; null before it is ready.',
    }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'The checkpoint of the audit trail that it was made under; null if there was none.',
    }),
  }),
})

builder.queryField('exports', (t) =>
  t.connection(
    {
      type: ExportRef,
      description: "The company's exports, latest first. Requires CONVERSATION_AUDIT as well.",
      authScopes: { permission: 'AUDIT_READ' },
      resolve: (_root, args, context) => exportPage(context, args),
    },
    { name: 'ExportConnection', description: 'A page of exports.' },
    { name: 'ExportEdge', description: 'An export and its cursor in the list.' },
  ),
)
