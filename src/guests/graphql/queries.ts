import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { guestList } from '../queries/guest-lists.ts'
import { ConsentStateEnum, GuestConnection, GuestRef } from './refs.ts'

builder.queryField('guests', (t) =>
  t.connection(
    {
      type: GuestRef,
      description: "The company's guests, latest first, without erased ones.",
      authScopes: { permission: 'GUEST_MESSAGE' },
      args: {
        search: t.arg.string({
          description:
            'A phone number with its country, a whole e-mail address, or words of the name or their beginnings of 3 characters or more.',
        }),
        consent: t.arg({ type: ConsentStateEnum, description: 'Lists guests with this consent only.' }),
      },
      resolve: (_root, args, context) => guestList(context, args),
    },
    GuestConnection,
  ),
)

builder.queryField('guest', (t) =>
  t.field({
    type: GuestRef,
    nullable: true,
    description: 'One guest; null if there is none with this id.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    args: { id: t.arg.id({ required: true, description: 'The guest.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.guest.load(decodeQueryIdOf('Guest', id)),
  }),
)
