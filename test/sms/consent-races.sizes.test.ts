import { afterAll, beforeAll, expect, it } from 'vitest'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { guestsWith, hurry, openAllDay, send } from './guest-kit.ts'
import { newSid } from './twilio-endpoint.ts'

let app: TestApp
let acme: TestCompany<'alice'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner' })
  await openAllDay(acme.alice, { from: '+14155559001' })
})
afterAll(() => app[Symbol.asyncDispose]())

it('no delivery is claimed while its guest is opted out, under random STOP, START, sends, retries and crashes', async () => {
  const random = seededRandom(17)
  const phones = Array.from({ length: 6 }, (_, at) => `+1415555${String(300 + at).padStart(4, '0')}`)
  const ids = await guestsWith(acme.alice, phones)
  // A trigger of the test alone: it notes a claim of a guest who is opted out in the claim's own moment.
  await query(
    app.database.adminUrl,
    `create function public.note_claim() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
     begin
       if new.status = 'SENDING' and old.status = 'QUEUED' and exists (
         select from public.guests g where g.company_id = new.company_id and g.id = new.guest_id and g.consent = 'OPTED_OUT'
       ) then raise exception 'claimed after STOP'; end if;
       return new;
     end $$`,
  )
  await query(
    app.database.adminUrl,
    'create trigger note_claim before update on guest_deliveries for each row execute function public.note_claim()',
  )
  const workers = [await startApp({ beside: app, tasks }), await startApp({ beside: app, tasks })]
  const { services } = app.application
  for (let round = 0; round < 60; round += 1) {
    const at = Math.floor(random() * phones.length)
    const [from = '', guestId = ''] = [phones[at], ids[at]]
    const word = ['STOP', 'START', 'Hello', 'quit', 'YES'][Math.floor(random() * 5)] ?? ''
    const sms = { sid: newSid(), from, to: '+14155559001', body: word }
    const sent = send(acme.alice, { guestIds: [guestId] })
    const heard = Promise.all([receiveSms(services, sms), receiveSms(services, sms)])
    await Promise.all([sent, heard])
    if (round % 20 === 10) {
      // A node leaves in the middle of its work, and another one comes.
      await workers.shift()?.[Symbol.asyncDispose]()
      workers.push(await startApp({ beside: app, tasks }))
    }
    if (round % 7 === 0) await hurry(app)
  }
  await hurry(app)
  const waiting = () =>
    query<{ n: number }>(
      app.database.adminUrl,
      `select count(*)::int as n from guest_deliveries d join guests g on g.company_id = d.company_id and g.id = d.guest_id
       where d.status = 'QUEUED' and not g.needs_consent_review`,
    )
  await expect.poll(async () => (await waiting())[0]?.n, { timeout: 30_000, interval: 300 }).toBe(0)
  // A delivery that was handed over lies before the opt-out that follows it: none was claimed between STOP and START.
  const wrong = await query(
    app.database.adminUrl,
    `select d.id from guest_deliveries d
     cross join lateral (
       select e.state from consent_events e where e.company_id = d.company_id and e.guest_id = d.guest_id and e.at < d.claimed_at
       order by e.at desc limit 1
     ) latest
     where d.claimed_at is not null and latest.state = 'OPTED_OUT'`,
  )
  expect(wrong).toEqual([])
  const dead = await query(
    app.database.adminUrl,
    `select last_error from graphile_worker._private_jobs where last_error like '%STOP%'`,
  )
  expect(dead).toEqual([])
  for (const worker of workers) await worker[Symbol.asyncDispose]()
}, 120_000)
