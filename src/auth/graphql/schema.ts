import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { createConnectionTicket } from '../operations/create-connection-ticket.ts'

builder.relayMutationField(
  'createConnectionTicket',
  {
    description: 'The company that the ticket is for.',
    inputFields: (t) => ({
      companyId: t.id({ description: "The company to act in, unless the token's." }),
    }),
  },
  {
    description: 'Makes a ticket for one WebSocket: it holds for 60 seconds and is used up by connecting.',
    authScopes: { member: true },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => createConnectionTicket(context, input),
  },
  {
    description: 'The ticket is made.',
    outputFields: (t) => ({
      ticket: t.exposeString('ticket', {
        description: 'Pass it in `connection_init` as `{ "ticket": "…" }`.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it stops being accepted.' }),
    }),
  },
)
