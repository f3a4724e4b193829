import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import type { GuestProblem } from '../guest-input.ts'
import type { GuestRow } from '../guest-row.ts'
import { eraseGuest } from '../operations/erase-guest.ts'
import { recordGuestConsent } from '../operations/record-guest-consent.ts'
import { upsertGuests } from '../operations/upsert-guests.ts'
import { ConsentStateEnum, GuestRef } from './refs.ts'

const union = { description: 'The payload, or the error that the caller can act on.' }

const GuestInput = builder.inputType('GuestInput', {
  description:
    'A guest, by externalId or else by phone. If the guest exists, fields that are left out stay as they are, and null empties a field.',
  fields: (t) => ({
    externalId: t.string({
      description: "The embedding product's id of the guest, unique in the company. Up to 255 characters.",
    }),
    name: t.string({ description: 'The name, up to 255 characters.' }),
    phone: t.string({
      description:
        'The phone with its country, such as +1 415 555 0123. Landlines receive no SMS and are refused.',
    }),
    email: t.string({ description: 'The e-mail address.' }),
    timeZone: t.string({ description: 'An IANA time zone, such as Europe/Berlin, for quiet hours.' }),
    consent: t.field({
      type: ConsentStateEnum,
      description:
        'Defaults to UNKNOWN, also for a phone that changes. A guest who has opted out is not subscribed again by an import.',
    }),
  }),
})

const GuestProblemRef = builder.objectRef<GuestProblem>('GuestProblem').implement({
  description: 'A row that was rejected.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Index of the row in the input, from 0.' }),
    detail: t.exposeString('detail', { description: 'A plain English explanation of the problem.' }),
  }),
})

/** The payload field with the guest after the change. */
function guestField(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, { guest: GuestRow }>,
) {
  return t.field({
    type: GuestRef,
    description: 'The guest after the change.',
    resolve: ({ guest }) => guest,
  })
}

builder.relayMutationField(
  'upsertGuests',
  {
    description: 'The guests to create or update.',
    inputFields: (t) => ({
      guests: t.field({ type: [GuestInput], required: true, description: 'At most 1,000.' }),
    }),
  },
  {
    description:
      'Creates and updates guests by externalId, or else by phone. Rows with problems are reported, and the other rows are applied.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError], union },
    resolve: (_root, { input }, context) => upsertGuests(context, input),
  },
  {
    description: 'Returned when the rows have been processed.',
    outputFields: (t) => ({
      created: t.exposeInt('created', { description: 'Number of guests that were created.' }),
      updated: t.exposeInt('updated', { description: 'Number of guests that were changed.' }),
      unchanged: t.exposeInt('unchanged', { description: 'Number of guests without a change.' }),
      problems: t.expose('problems', { type: [GuestProblemRef], description: 'Rows that were rejected.' }),
    }),
  },
)

builder.relayMutationField(
  'recordGuestConsent',
  {
    description: "A guest's consent.",
    inputFields: (t) => ({
      guestId: t.id({ required: true, description: 'The guest.' }),
      state: t.field({ type: ConsentStateEnum, required: true, description: 'The state from now on.' }),
      note: t.string({ description: 'How the guest said so, up to 1,000 characters.' }),
    }),
  },
  {
    description:
      'Records consent that was given or withdrawn in another way than by SMS, and decides whether words that read as a wish to stop were one. Returns ConflictError for a guest who has said STOP: only START from their phone ends that.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError], union },
    resolve: (_root, { input }, context) => recordGuestConsent(context, input),
  },
  {
    description: 'Returned when the consent is recorded.',
    outputFields: (t) => ({ guest: guestField(t) }),
  },
)

builder.relayMutationField(
  'eraseGuest',
  {
    description: 'The guest to erase.',
    inputFields: (t) => ({ guestId: t.id({ required: true, description: 'The guest.' }) }),
  },
  {
    description:
      'Erases what is known about a guest, and what the guest wrote. Changes of consent stay without words, so that somebody who has opted out stays so when imported again.',
    authScopes: { permission: 'MEMBER_MANAGE' },
    directives: standardLimit,
    errors: { types: [PermissionDeniedError, InvalidInputError, NotFoundError], union },
    resolve: (_root, { input }, context) => eraseGuest(context, input),
  },
  {
    description: 'Returned when the guest is erased.',
    outputFields: (t) => ({ guest: guestField(t) }),
  },
)
