import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { addressOf, onlyPath } from '../support/colloquy.ts'
import { query } from '../support/embedded-postgres.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { bundleProgram, type Program, type ServerProcess } from '../support/server-process.ts'
import { guestsWith, hurry, openAllDay, readMessage, send, untilCounts } from './guest-kit.ts'
import { ACCOUNT, newSid, startTwilio, type TwilioEndpoint } from './twilio-endpoint.ts'

const FROM = '+14155552671'

let twilio: TwilioEndpoint
let app: TestApp
let program: Program
let acme: TestCompany<'alice'>
let servers: ServerProcess[] = []
let next = 3000
beforeAll(async () => {
  twilio = await startTwilio()
  const sms = { ...readEnvironment({}).sms, twilio: { ...ACCOUNT, from: FROM, apiUrl: twilio.url } }
  // Holds the database and the data directory, and answers the API; it sends nothing.
  app = await startApp({ environment: { sms } })
  program = await bundleProgram('src/main.ts')
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await program.remove()
  await twilio[Symbol.asyncDispose]()
})
beforeEach(async () => {
  twilio.behave(() => 'accept')
  acme = await app.company('Acme', { alice: 'owner' })
  next += 1
  servers = [start(), start()]
  await Promise.all(servers.map(addressOf))
})
afterEach(async () => {
  for (const { child, end } of servers) if (child.exitCode === null && !child.signalCode) await end('SIGKILL')
})

function start(): ServerProcess {
  const { appUrl, ownerUrl, systemUrl } = app.database
  return program.start([], {
    env: {
      ...onlyPath(),
      PORT: '0',
      DATA_DIR: app.environment.dataDirectory,
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: ownerUrl,
      DATABASE_SYSTEM_URL: systemUrl,
      PUBLIC_URL: 'https://chat.example.test',
      SMS_PROVIDER: 'twilio',
      TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      TWILIO_FROM: FROM,
      TWILIO_API_URL: twilio.url,
    },
  })
}

/** Kills one of the processes at once, and starts another one in its place. */
function replaceOne(at: number): void {
  servers[at]?.child.kill('SIGKILL')
  servers[at] = start()
}

const phones = (count: number) => Array.from({ length: count }, (_, at) => `+1212${next}${String(at + 500)}`)
const sentTo = (to: string, body: string) =>
  twilio.created.filter((message) => message.to === to && message.body === body)
const ofAcme = (select: string) => query<{ n: number }>(app.database.adminUrl, select)

async function untilNoneWaits(): Promise<void> {
  await expect
    .poll(
      async () => {
        await hurry(app)
        const [row] = await ofAcme(
          `select count(*)::int as n from guest_deliveries where company_id = '${acme.companyUuid}' and status = 'QUEUED'`,
        )
        return row?.n
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(0)
}

/** A process that lives hands over what it has claimed within moments; until then that is no news of a lost delivery. */
async function untilNothingIsSent(asked: () => number): Promise<void> {
  for (let before = -1; before !== asked(); await delay(3_000)) before = asked()
}

describe('two server processes', { timeout: 240_000 }, () => {
  it('that are killed around the acceptance of messages send none twice, and none to a guest who has opted out', async () => {
    const random = seededRandom(8)
    await openAllDay(acme.alice)
    const to = phones(40)
    const guestIds = await guestsWith(acme.alice, to)
    let asked = 0
    twilio.behave(() => {
      asked += 1
      // Before the answer, or just after it.
      const at = Math.floor(random() * 2)
      if (asked % 24 === 5) replaceOne(at)
      if (asked % 24 === 17) setTimeout(() => replaceOne(at), Math.floor(random() * 4))
      return random() < 0.1 ? 'lose' : 'accept'
    })
    const bodies = ['The first', 'The second', 'The third']
    const sent = await Promise.all(
      bodies.map((body) => send(acme.alice, { guestIds, body }).then(({ guestMessage }) => guestMessage.id)),
    )
    for (const from of to.filter(() => random() < 0.3)) {
      await receiveSms(app.application.services, { sid: newSid(), from, to: FROM, body: 'STOP' })
    }
    await untilNoneWaits()
    await untilNothingIsSent(() => asked)
    for (const phone of to)
      for (const body of bodies) expect(sentTo(phone, body).length, `${phone} ${body}`).toBeLessThan(2)
    // Only an answer that was lost, or a process that died, leaves a delivery without news.
    await query(
      app.database.adminUrl,
      `update guest_deliveries set claimed_at = now() - interval '11 minutes' where status = 'SENDING'`,
    )
    const before = twilio.created.length
    await send(acme.alice, { allSubscribed: true, body: 'The last' })
    await untilNoneWaits()
    await expect
      .poll(
        async () =>
          (
            await ofAcme(
              `select count(*)::int as n from guest_deliveries where status = 'SENDING' and claimed_at < now() - interval '10 minutes'`,
            )
          )[0]?.n,
      )
      .toBe(0)
    expect(twilio.created.slice(before).filter(({ body }) => body !== 'The last')).toEqual([])
    for (const id of sent) {
      const { counts } = await readMessage(acme.alice, id)
      expect(counts.map(({ status }: { status: string }) => status)).not.toContain('FAILED')
    }
    const afterStop = await ofAcme(
      `select 1 as n from guest_deliveries d join consent_events e on e.company_id = d.company_id and e.guest_id = d.guest_id
       where e.state = 'OPTED_OUT' and (d.status = 'QUEUED' or d.status in ('SENT', 'SENDING') and d.claimed_at > e.at)`,
    )
    expect(afterStop).toEqual([])
  })

  it('keep to the batches of the company together', async () => {
    await openAllDay(acme.alice, { batchSize: 4, batchSeconds: 3600 })
    await guestsWith(acme.alice, phones(14))
    const [one, two] = await Promise.all([
      send(acme.alice, { allSubscribed: true, body: 'To all' }),
      send(acme.alice, { allSubscribed: true, body: 'To all again' }),
    ])
    const all = async () => {
      const messages = await Promise.all(
        [one, two].map(({ guestMessage }) => readMessage(acme.alice, guestMessage.id)),
      )
      const counts = messages.flatMap((message) => message.counts as { status: string; count: number }[])
      const of = (status: string) =>
        counts.filter((one) => one.status === status).reduce((sum, { count }) => sum + count, 0)
      return { sent: of('SENT'), queued: of('QUEUED') }
    }
    for (let batch = 1; batch < 4; batch += 1) {
      await expect
        .poll(
          async () => {
            // Both take part: there is a run for each of them.
            await hurry(app)
            return all()
          },
          { timeout: 30_000, interval: 300 },
        )
        .toEqual({ sent: 4 * batch, queued: 28 - 4 * batch })
      await query(app.database.adminUrl, `update sms_pace set batch_at = batch_at - interval '2 hours'`)
    }
    await openAllDay(acme.alice)
    await hurry(app)
    await untilCounts(acme.alice, two.guestMessage.id, { SENT: 14 })
    await untilCounts(acme.alice, one.guestMessage.id, { SENT: 14 })
  })
})
