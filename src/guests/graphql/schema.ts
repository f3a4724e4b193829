import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import type { GuestRow } from '../guest-row.ts'
import { consentEventPage } from '../queries/guest-lists.ts'
import { readSealed } from '../queries/sealed-text.ts'
import {
  ConsentEventConnection,
  ConsentEventRef,
  ConsentSourceEnum,
  ConsentStateEnum,
  GuestRef,
} from './refs.ts'

ConsentEventRef.implement({
  description: "A change of a guest's consent. It is kept for good.",
  fields: (t) => ({
    guest: t.field({
      type: GuestRef,
      nullable: true,
      description: "The guest; null for a phone that was nobody's when it said STOP.",
      resolve: ({ guestId }, _args, { loaders }) => (guestId === null ? null : loaders.guest.load(guestId)),
    }),
    state: t.field({
      type: ConsentStateEnum,
      description: 'The state from then on.',
      resolve: ({ state }) => state,
    }),
    source: t.field({
      type: ConsentSourceEnum,
      description: 'The origin of the change.',
      resolve: ({ source }) => source,
    }),
    words: t.string({
      nullable: true,
      description: 'The words that the guest sent; null if there were none, or once the guest is erased.',
      resolve: ({ id, words }, _args, context) =>
        readSealed(context, words, { field: 'consent-words', recordId: id }),
    }),
    note: t.string({
      nullable: true,
      description: 'The note of the member who recorded it; null once the guest is erased.',
      resolve: ({ id, note }, _args, context) =>
        readSealed(context, note, { field: 'consent-note', recordId: id }),
    }),
    recordedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'The member who recorded it; null if nobody did.',
      resolve: ({ recordedById }, _args, { loaders }) =>
        recordedById === null ? null : loaders.user.load(recordedById),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'Time of the change.' }),
  }),
})

builder.node(GuestRef, {
  description:
    'A person outside of the company who receives SMS. All fields are null once the guest is erased.',
  id: { resolve: (guest) => guest.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.guest.load(id))),
  fields: (t) => ({
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: "The embedding product's id of the guest.",
    }),
    name: text(t, 'name', 'The name.'),
    phone: text(t, 'phone', 'The phone in E.164, such as +14155550123.'),
    email: text(t, 'email', 'The e-mail address.'),
    timeZone: t.exposeString('timeZone', {
      nullable: true,
      description: "The guest's IANA time zone, for quiet hours. Null means the company's.",
    }),
    consent: t.field({
      type: ConsentStateEnum,
      description: 'Whether the guest may be written to.',
      resolve: ({ consent }) => consent,
    }),
    needsConsentReview: t.exposeBoolean('needsConsentReview', {
      description:
        'True if the guest sent words that read as a wish to stop. Nothing is sent until recordGuestConsent decides.',
    }),
    consentEvents: t.connection(
      {
        type: ConsentEventRef,
        description: "The changes of the guest's consent, latest first.",
        resolve: (guest, args, context) => consentEventPage(context, guest, args),
      },
      ConsentEventConnection,
    ),
  }),
})

/** A field with an encrypted text of a guest. */
function text(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, GuestRow>,
  name: 'name' | 'phone' | 'email',
  description: string,
) {
  const field = name === 'name' ? 'guest-name' : name
  return t.string({
    nullable: true,
    description,
    resolve: (guest, _args, context) => readSealed(context, guest[name], { field, recordId: guest.id }),
  })
}
