import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { purge } from '../../src/retention/purge.ts'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { tasks } from '../../src/tasks.ts'
import { guestsWith, openAllDay, send, untilCounts } from '../sms/guest-kit.ts'
import { newSid } from '../sms/twilio-endpoint.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder } from '../support/retention.ts'

const INBOUND = '{ inboundMessages { nodes { id body } } }'

let app: TestApp
let acme: TestCompany<'alice'>
let next = 2000
let phone = ''
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner' })
  await openAllDay(acme.alice)
  await acme.alice.mutate('updateCompanySettings', { retentionDays: 30 })
  next += 1
  phone = `+1212555${next}`
})

const sweep = (retentionDaysDefault = 0) => purge({ ...app.application.services, retentionDaysDefault })
const receive = (body: string, from = phone) =>
  receiveSms(app.application.services, { sid: newSid(), from, to: '+15005550006', body })

describe('SMS past the retention of their company', () => {
  test('are deleted both ways, and an answer outlives what it answers', async () => {
    const { alice } = acme
    const guestIds = await guestsWith(alice, [phone])
    const old = await send(alice, { guestIds, idempotencyKey: 'old' })
    await untilCounts(alice, old.guestMessage.id, { SENT: 1 })
    await receive('At seven?')
    const { inboundMessages } = await alice.run(INBOUND)
    expect(inboundMessages.nodes).toMatchObject([{ body: 'At seven?' }])
    await makeMessagesOlder(app, acme, 40)
    const answer = await send(alice, { guestIds, inReplyToId: inboundMessages.nodes[0].id })
    await untilCounts(alice, answer.guestMessage.id, { SENT: 1 })
    expect(await sweep()).toMatchObject({ guestMessages: 1, inboundMessages: 1 })
    expect((await alice.run(INBOUND)).inboundMessages.nodes).toEqual([])
    const { guestMessages } = await alice.run('{ guestMessages { nodes { id } } }')
    expect(guestMessages.nodes).toEqual([{ id: answer.guestMessage.id }])
    const about = await onDatabase(
      app,
      `select from events e where e.company_id = $1 and e.kind in ('GUEST_DELIVERY', 'GUEST_INBOUND') and not exists (
         select from guest_deliveries d where d.id = e.about) and not exists (
         select from inbound_messages i where i.id = e.about)`,
      [acme.companyUuid],
    )
    expect(about).toEqual([])
  })

  test('are kept while a delivery waits', async () => {
    const { alice } = acme
    const guestIds = await guestsWith(alice, [phone])
    const at = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00`
    await send(alice, { guestIds, schedule: { localTime: at, timeZone: 'UTC' } })
    await makeMessagesOlder(app, acme, 40)
    expect(await sweep()).toMatchObject({ guestMessages: 0 })
  })
})

test('an erased guest takes along what came from the same phone before the guest was known', async () => {
  const { alice } = acme
  await guestsWith(alice, [`+1628555${next}`])
  await send(alice, { guestIds: await guestsWith(alice, [phone]) })
  const [guestId] = await guestsWith(alice, [phone])
  await expect
    .poll(() => onDatabase(app, 'select from app.sms_contacts where company_id = $1', [acme.companyUuid]))
    .toHaveLength(1)
  await receive('Known')
  await onDatabase(app, 'update inbound_messages set guest_id = null where company_id = $1', [
    acme.companyUuid,
  ])
  await receive('Known as well')
  await alice.mutate('eraseGuest', { guestId })
  const rows = await onDatabase(
    app,
    'select phone, phone_hash, body from inbound_messages where company_id = $1',
    [acme.companyUuid],
  )
  expect(rows).toEqual([
    { phone: null, phone_hash: null, body: null },
    { phone: null, phone_hash: null, body: null },
  ])
})

test('ids of the provider go after 30 days, SMS of no company after 90 or the retention of the deployment', async () => {
  await receive('lost', `+1917555${next}`)
  const age = (days: number) =>
    onDatabase(
      app,
      `update app.sms_seen set seen_at = now() - make_interval(days => ${days});
       update app.unmatched_inbound set received_at = now() - make_interval(days => ${days})`,
    )
  await age(29)
  expect(await sweep()).toMatchObject({ seenSms: 0, unmatchedSms: 0 })
  await age(31)
  expect(await sweep()).toMatchObject({ seenSms: expect.any(Number), unmatchedSms: 0 })
  expect(await onDatabase(app, 'select from app.sms_seen')).toEqual([])
  expect(await sweep(30)).toMatchObject({ unmatchedSms: 1 })
  await receive('lost again', `+1917555${next}`)
  await age(91)
  expect(await sweep(1000)).toMatchObject({ unmatchedSms: 1 })
})
