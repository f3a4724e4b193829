import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { tasks } from '../../src/tasks.ts'
import { guestsWith, guestWith, openAllDay, send, untilCounts } from '../sms/guest-kit.ts'
import { newSid } from '../sms/twilio-endpoint.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { sharedRedisForTests } from '../support/redis.ts'

const NUMBER = '+14155559009'
/** Each of these stands in one kind of text, and nowhere else in the world. */
const CANARIES = {
  phone: '+12125550987',
  'phone of nobody': '+12125550986',
  name: 'Kanaria-q7f3a9zk',
  'e-mail': 'kanaria-w5x2@guests.test',
  'body of an SMS': 'Zimmer-h4j8k2 ist frei',
  'SMS that came in': 'Komme-um-b6n1m3',
  'SMS of nobody': 'Niemand-v9c7x5',
  'note about consent': 'Notiz-t2r6e8',
  'words of an opt-out': 'Aufhören-p3o5i7',
}

const redis = await sharedRedisForTests()
let app: TestApp
let acme: TestCompany<'alice'>
let admin: pg.Client
beforeAll(async () => {
  app = await startApp({ tasks, environment: { logLevel: 'trace' }, ...(redis && { redisUrl: redis.url }) })
  acme = await app.company('Acme', { alice: 'owner' })
  admin = new pg.Client({ connectionString: app.database.adminUrl })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await app[Symbol.asyncDispose]()
  await redis?.dispose()
})

/** Everything that happens to a guest, with a job that fails, a rejection and a fault among it. */
async function liveThroughAll(): Promise<string[]> {
  const jobs: string[] = []
  const { alice } = acme
  const { services } = app.application
  await openAllDay(alice, { from: NUMBER, stopWords: [CANARIES['words of an opt-out']] })
  const [guestId] = await guestsWith(alice, [CANARIES.phone], {
    name: CANARIES.name,
    email: CANARIES['e-mail'],
  })
  const body = CANARIES['body of an SMS']
  const { guestMessage } = await send(alice, { guestIds: [guestId], body, idempotencyKey: 'canary' })
  jobs.push(await queueContents())
  await untilCounts(alice, guestMessage.id, { SENT: 1 })
  const hear = (from: string, text: string, to = NUMBER) =>
    receiveSms(services, { sid: newSid(), from, to, body: text })
  await hear(CANARIES.phone, CANARIES['SMS that came in'])
  await hear(CANARIES['phone of nobody'], CANARIES['SMS of nobody'], '+12125550985')
  await hear(CANARIES['phone of nobody'], 'STOP')
  await alice.mutate('recordGuestConsent', {
    guestId,
    state: 'SUBSCRIBED',
    note: CANARIES['note about consent'],
  })
  await hear(CANARIES.phone, CANARIES['words of an opt-out'])
  expect(await guestWith(alice, CANARIES.phone)).toMatchObject({ consent: 'OPTED_OUT' })
  for (const search of [CANARIES.name, CANARIES['e-mail']])
    await alice.run('query ($search: String) { guests(search: $search) { nodes { id } } }', { search })
  await send(alice, { guestIds: [guestId], body })
  await alice.mutate('upsertGuests', { guests: [{ phone: CANARIES.phone, timeZone: CANARIES.name }] })
  await alice.send('query ($id: ID!) { guest(id: $id) { name } }', { id: CANARIES.phone })
  jobs.push(await queueContents())
  return jobs
}

async function contentsOf(schemas: string): Promise<string> {
  const tables = await admin.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any($1) order by 1`,
    [schemas.split(' ')],
  )
  const rows: string[] = []
  for (const { name } of tables.rows) {
    const found = await admin.query<{ row: string }>(`select t::text as row from ${name} t`)
    rows.push(...found.rows.map(({ row }) => row))
  }
  return rows.join('\n')
}

const queueContents = () => contentsOf('graphile_worker')

/** The forms in which a text would show. */
function disguises(canary: string): string[] {
  const bytes = Buffer.from(canary)
  const base64 = [0, 1, 2].map((skip) =>
    bytes.subarray(skip, bytes.length - ((bytes.length - skip) % 3)).toString('base64'),
  )
  return [canary, canary.replace('+', ''), bytes.toString('hex'), ...base64]
}

/** The canaries of which a form stands in the text. */
function seenIn(text: string): string[] {
  const lower = text.toLowerCase()
  return Object.entries(CANARIES).flatMap(([name, canary]) =>
    disguises(canary).some((form) => lower.includes(form.toLowerCase())) ? [name] : [],
  )
}

/** True if the write-ahead log holds the bytes, from this position on. */
async function isInLog(since: string, bytes: Buffer): Promise<boolean> {
  const { rows } = await admin.query(
    `select from pg_ls_waldir() w where w.name >= pg_walfile_name($1) and w.name <= pg_walfile_name(pg_current_wal_lsn())
       and position($2::bytea in pg_read_binary_file('pg_wal/' || w.name)) > 0`,
    [since, bytes],
  )
  return rows.length > 0
}

it('phones, names, addresses and texts of guests stand in no dump, write-ahead log, job, log line and nothing sent through Redis', async () => {
  const wire: string[] = []
  const client = redis && new Redis(redis.url, { enableReadyCheck: false })
  const monitor = await client?.monitor()
  monitor?.on('monitor', (_time: string, args: string[]) => wire.push(args.join(' ')))
  const start = await admin.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
  const since = start.rows[0]?.lsn ?? ''
  const jobs = await liveThroughAll()
  monitor?.disconnect()
  client?.disconnect()

  const dump = await contentsOf('public app graphile_worker')
  expect(dump).toContain(NUMBER)
  // Words that mean STOP are settings: the company writes them down for everybody to see.
  const settings = await contentsOf('public')
  expect(settings).toContain(CANARIES['words of an opt-out'])
  expect(seenIn(dump)).toEqual(['words of an opt-out'])
  expect(jobs.join()).toContain('send_sms')
  expect(seenIn(jobs.join())).toEqual([])
  expect(app.logged.length).toBeGreaterThan(0)
  expect(seenIn(JSON.stringify(app.logged))).toEqual([])
  if (redis) {
    expect(wire.length).toBeGreaterThan(0)
    expect(seenIn(JSON.stringify(wire))).toEqual([])
  }
  await admin.query('checkpoint')
  // The search itself finds a text that was written openly.
  expect(await isInLog(since, Buffer.from(NUMBER))).toBe(true)
  for (const [name, canary] of Object.entries(CANARIES).filter(([name]) => name !== 'words of an opt-out'))
    expect(await isInLog(since, Buffer.from(canary)), name).toBe(false)
})
