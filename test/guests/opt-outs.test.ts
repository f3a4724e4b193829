import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { tasks } from '../../src/tasks.ts'
import { guestsWith, guestWith, openAllDay, send, untilCounts } from '../sms/guest-kit.ts'
import { newSid } from '../sms/twilio-endpoint.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

let app: TestApp
let acme: TestCompany<'alice'>
let number = ''
let phone = ''
let next = 1000
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  next += 1
  acme = await app.company('Acme', { alice: 'owner' })
  number = `+1415555${next}`
  phone = `+1212555${next}`
  await openAllDay(acme.alice, { from: number })
})

const hear = (body: string, to = number) =>
  receiveSms(app.application.services, { sid: newSid(), from: phone, to, body })
const record = (guestId: string, state: string): Promise<Data> =>
  acme.alice.mutate('recordGuestConsent', { guestId, state })
const consentOf = async () => (await guestWith(acme.alice, phone)).consent

describe('an opt-out by SMS', () => {
  it('is not ended by a member who first records it again', async () => {
    const [guestId = ''] = await guestsWith(acme.alice, [phone])
    await hear('STOP')
    expect(await record(guestId, 'OPTED_OUT')).toMatchObject({ __typename: 'RecordGuestConsentPayload' })
    expect(await record(guestId, 'SUBSCRIBED')).toMatchObject({ __typename: 'ConflictError' })
    expect(await record(guestId, 'UNKNOWN')).toMatchObject({ __typename: 'ConflictError' })
    expect(await consentOf()).toBe('OPTED_OUT')
  })

  it('is not ended by an erasure and a new import, but by START', async () => {
    const [guestId = ''] = await guestsWith(acme.alice, [phone])
    await hear('STOP')
    await acme.alice.mutate('eraseGuest', { guestId })
    const [again = ''] = await guestsWith(acme.alice, [phone])
    expect(again).not.toBe(guestId)
    expect(await record(again, 'SUBSCRIBED')).toMatchObject({ __typename: 'ConflictError' })
    await hear('START')
    expect(await consentOf()).toBe('SUBSCRIBED')
    await record(again, 'OPTED_OUT')
    await record(again, 'SUBSCRIBED')
    expect(await consentOf()).toBe('SUBSCRIBED')
  })

  it('holds though an import that subscribes the guest was already running', async () => {
    const [guestId = ''] = await guestsWith(acme.alice, [phone], { consent: 'UNKNOWN' })
    const admin = new pg.Client({ connectionString: app.database.adminUrl })
    await admin.connect()
    await admin.query('begin')
    await admin.query(`update guests set consent = 'OPTED_OUT' where id = $1`, [decodeId(guestId)?.uuid])
    const importing = acme.alice.mutate('upsertGuests', { guests: [{ phone, consent: 'SUBSCRIBED' }] })
    await waitingStatements(app.database.adminUrl, ({ length }) => length > 0)
    await admin.query('commit')
    await admin.end()
    await importing
    expect(await consentOf()).toBe('OPTED_OUT')
  })

  it('of a phone that is no guest yet holds for a later import, until START', async () => {
    await hear('STOP')
    await guestsWith(acme.alice, [phone])
    expect(await consentOf()).toBe('OPTED_OUT')
    const { id } = await guestWith(acme.alice, phone)
    expect(await record(id, 'SUBSCRIBED')).toMatchObject({ __typename: 'ConflictError' })
    await acme.alice.mutate('eraseGuest', { guestId: id })
    await hear('START')
    await guestsWith(acme.alice, [phone])
    expect(await consentOf()).toBe('SUBSCRIBED')
  })
})

describe('START on a number that companies share', () => {
  it('ends the opt-out in all of them, and subscribes to the one that wrote last alone', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    const shared = '+15005550006'
    await openAllDay(globex.gina)
    await openAllDay(acme.alice, { from: null })
    for (const client of [globex.gina, acme.alice]) {
      const [guestId] = await guestsWith(client, [phone], { consent: 'UNKNOWN' })
      const { guestMessage } = await send(client, { guestIds: [guestId] })
      await untilCounts(client, guestMessage.id, { SENT: 1 })
    }
    await hear('START', shared)
    expect(await consentOf()).toBe('SUBSCRIBED')
    expect(await guestWith(globex.gina, phone)).toMatchObject({ consent: 'UNKNOWN' })
    await hear('STOP', shared)
    expect(await guestWith(globex.gina, phone)).toMatchObject({ consent: 'OPTED_OUT' })
    await hear('START', shared)
    expect(await guestWith(globex.gina, phone)).toMatchObject({ consent: 'SUBSCRIBED' })
  })
})
