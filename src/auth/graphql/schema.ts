import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { ViewerRef } from '../../members/graphql/refs.ts'
import { createConnectionTicket } from '../operations/create-connection-ticket.ts'

builder.relayMutationField(
  'createConnectionTicket',
  {
    description: 'The company to connect to.',
    inputFields: (t) => ({
      companyId: t.id({ description: 'The company to act in. Defaults to the company of the token.' }),
    }),
  },
  {
    description:
      'Creates a ticket that authenticates one WebSocket. It expires after 60 seconds or when it is used.',
    authScopes: { member: true },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => createConnectionTicket(context, input),
  },
  {
    description: 'Returned when the ticket is created.',
    outputFields: (t) => ({
      ticket: t.exposeString('ticket', {
        description: 'Pass it in `connection_init` as `{ "ticket": "…" }`.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'Time at which the ticket expires.',
      }),
      viewer: t.field({
        type: ViewerRef,
        description:
          'The viewer of the request, as the query `viewer` tells it, whichever company the ticket is for.',
        resolve: () => ({}),
      }),
    }),
  },
)
