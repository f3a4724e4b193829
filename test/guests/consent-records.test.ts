import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'

let app: TestApp
let acme: TestCompany<'sara' | 'adam'>
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { sara: 'supervisor', adam: 'admin' })
})

const phone = '+14155550123'
const EVENTS =
  'consent needsConsentReview consentEvents { nodes { state source note words recordedBy { id } guest { phone } } }'

async function upsert(...guests: Data[]): Promise<Data> {
  return acme.sara.mutate('upsertGuests', { guests }, 'created updated unchanged problems { detail }')
}

async function find(search = phone): Promise<Data> {
  const { guests } = await acme.sara.run(
    `query ($search: String) { guests(search: $search, first: 1) { nodes { id externalId ${EVENTS} } } }`,
    { search },
  )
  return guests.nodes[0]
}

const record = (guestId: string, state: string, note?: string): Promise<Data> =>
  acme.sara.mutate('recordGuestConsent', { guestId, state, note }, `guest { ${EVENTS} }`)

describe('consent that a member records', () => {
  it('is kept with its note and the member, latest first', async () => {
    await upsert({ phone, consent: 'SUBSCRIBED' })
    const { id } = await find()
    const { guest } = await record(id, 'OPTED_OUT', 'Said so on the telephone')
    const by = { id: acme.sara.userId }
    expect(guest).toEqual({
      consent: 'OPTED_OUT',
      needsConsentReview: false,
      consentEvents: {
        nodes: [
          {
            state: 'OPTED_OUT',
            source: 'STAFF',
            note: 'Said so on the telephone',
            words: null,
            recordedBy: by,
            guest: { phone },
          },
          {
            state: 'SUBSCRIBED',
            source: 'IMPORT',
            note: null,
            words: null,
            recordedBy: by,
            guest: { phone },
          },
        ],
      },
    })
    expect((await record(id, 'SUBSCRIBED')).guest.consent).toBe('SUBSCRIBED')
  })

  it('refuses a guest of another company, a note that is too long and a member without the permission', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    await upsert({ phone })
    const { id } = await find()
    const theirs = await globex.gina.mutate('recordGuestConsent', { guestId: id, state: 'OPTED_OUT' })
    expect(theirs).toMatchObject({ __typename: 'NotFoundError' })
    expect(await record(id, 'OPTED_OUT', 'x'.repeat(1001))).toMatchObject({ __typename: 'InvalidInputError' })
    expect(await record(acme.sara.userId, 'OPTED_OUT')).toMatchObject({ __typename: 'InvalidInputError' })
  })
})

describe('an opt-out', () => {
  it('is not ended by an import, whatever row and phone it names', async () => {
    await upsert({ externalId: 'a', phone, consent: 'OPTED_OUT' })
    expect(await upsert({ externalId: 'a', consent: 'SUBSCRIBED' })).toMatchObject({
      updated: 0,
      problems: [{ detail: 'This guest has opted out, and an import does not subscribe them again.' }],
    })
    await upsert({ externalId: 'a', phone: null })
    await upsert({ externalId: 'b', phone, consent: 'SUBSCRIBED' })
    expect(await find()).toMatchObject({ externalId: 'b', consent: 'OPTED_OUT' })
  })

  it('outlives an erasure as a keyed hash', async () => {
    await upsert({
      externalId: 'a',
      name: 'Mia Meier',
      phone,
      email: 'mia@example.test',
      consent: 'OPTED_OUT',
    })
    const { id } = await find()
    await record(id, 'OPTED_OUT', 'By letter')
    expect(await acme.sara.mutate('eraseGuest', { guestId: id })).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'MEMBER_MANAGE',
    })
    const erased = await acme.adam.mutate(
      'eraseGuest',
      { guestId: id },
      'guest { id externalId name phone email consent consentEvents { nodes { state note } } }',
    )
    expect(erased.guest).toEqual({
      id,
      externalId: null,
      name: null,
      phone: null,
      email: null,
      consent: 'OPTED_OUT',
      consentEvents: {
        nodes: [
          { state: 'OPTED_OUT', note: null },
          { state: 'OPTED_OUT', note: null },
        ],
      },
    })
    expect(await acme.adam.mutate('eraseGuest', { guestId: id })).toMatchObject({
      __typename: 'NotFoundError',
    })
    for (const search of [phone, 'mia', 'mia@example.test']) expect(await find(search)).toBeUndefined()
    expect(await upsert({ phone, consent: 'SUBSCRIBED' })).toMatchObject({ created: 1 })
    expect(await find()).toMatchObject({ consent: 'OPTED_OUT' })
    const [hash] = await query(
      app.database.adminUrl,
      'select count(distinct phone_hash)::int as n from consent_events',
    )
    expect(hash).toEqual({ n: expect.any(Number) })
  })

  it('does not pass to another phone as a subscription does not either', async () => {
    await upsert({ externalId: 'a', phone, consent: 'SUBSCRIBED' })
    await upsert({ externalId: 'a', phone: '+14155550199' })
    expect(await find('+14155550199')).toMatchObject({ consent: 'UNKNOWN' })
  })
})
