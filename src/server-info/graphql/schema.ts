import { builder } from '../../graphql/builder.ts'
import { type ServerInfo, serverInfo } from '../queries/server-info.ts'

const ServerInfoRef = builder.objectRef<ServerInfo>('ServerInfo').implement({
  description: 'The version and the limits of the server, which are the same for all companies.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Its version, such as 0.1.0.' }),
    maxBodyBytes: t.exposeInt('maxBodyBytes', {
      description: "Maximum length of a message's body in bytes of UTF-8.",
    }),
    maxSubjectLength: t.exposeInt('maxSubjectLength', {
      description: 'Maximum length of a subject in user-perceived characters (grapheme clusters).',
    }),
    maxPageSize: t.exposeInt('maxPageSize', { description: 'Maximum number of items of a page.' }),
    features: t.exposeStringList('features', {
      description:
        'Names of the parts of the API that the server has, such as search. With sms, a provider delivers SMS. Ignore names that you do not know.',
    }),
  }),
})

builder.queryField('serverInfo', (t) =>
  t.field({
    type: ServerInfoRef,
    description: 'The version and the limits of the server.',
    authScopes: { member: true },
    resolve: (_root, _args, context) => serverInfo(context),
  }),
)
