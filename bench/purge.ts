import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import type { Database, TenantDatabase } from '../src/database/database.ts'
import { withClient } from '../src/database/roles.ts'
import { purge } from '../src/retention/purge.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { BODY, sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const MESSAGES = 20_000
const WORKERS = 2
const PAUSE_MS = 5

/** Sends to a conversation whose 20,000 old messages are purged meanwhile, beside the same without a purge. */
export async function purging(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: 2 })
  const [company] = stage.companies
  const [author, recipient] = company?.actors ?? []
  if (!company || !author || !recipient) throw new Error('There is no company.')
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  const send = async () => void (await sendOne(stage.url, agent, author, recipient))
  await send()
  await fill(stage, author)
  const alone = await measure(WORKERS, seconds, send)
  const started = performance.now()
  let purgedIn = 0
  const slices: number[] = []
  const rival = competing(stage, () => purgedIn === 0)
  const purged = purge({
    database: timed(stage.database, slices),
    log: pino({ level: 'silent' }),
    retentionDaysDefault: 365,
  })
  void purged.finally(() => {
    purgedIn = performance.now() - started
  })
  const latenciesMs: number[] = []
  let errors = 0
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      while (purgedIn === 0) {
        const before = performance.now()
        await send().then(
          () => latenciesMs.push(performance.now() - before),
          () => {
            errors += 1
          },
        )
      }
    }),
  )
  agent.destroy()
  const waitsMs = await rival
  const { messages } = await purged
  if (messages !== MESSAGES) throw new Error(`Only ${messages} messages were purged.`)
  return {
    workload: 'purge',
    opsPerSecond: round(latenciesMs.length / (purgedIn / 1_000)),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'the same sends without a purge', opsPerSecond: round(alone.opsPerSecond) },
    ratio: round(latenciesMs.length / (purgedIn / 1_000) / alone.opsPerSecond),
    size: { messages: MESSAGES },
    purge: {
      deletedPerSecond: Math.round(MESSAGES / (purgedIn / 1_000)),
      longestSendMs: {
        without: percentile(alone.latenciesMs, 1),
        during: percentile(latenciesMs, 1),
      },
      lockMs: {
        heldP50: percentile(slices, 0.5),
        heldP99: percentile(slices, 0.99),
        heldLongest: percentile(slices, 1),
        waitedP99: percentile(waitsMs, 0.99),
        waitedLongest: percentile(waitsMs, 1),
        slicesOver50: slices.filter((each) => each > 50).length,
        slices: slices.length,
      },
    },
  }
}

/**
 * The database, in which the calls that purge messages are timed. Each is a transaction of its own, so no lock is held for longer than
 * its call takes.
 */
function timed(database: Database, durationsMs: number[]): Database {
  return {
    ...database,
    forSystem(companyId, findAct) {
      const system = database.forSystem(companyId, findAct)
      const query: TenantDatabase['query'] = async (statement, values) => {
        const started = performance.now()
        const rows = await system.query(statement, values)
        if (statement.name === 'purge_messages') durationsMs.push(performance.now() - started)
        return rows
      }
      return {
        tenant: system.tenant,
        prisma: system.prisma,
        query,
        call: system.call,
        transaction: system.transaction,
        readFromReplica: system.readFromReplica,
      }
    },
  }
}

/** Takes the lock of the conversation that sends take, again and again, and returns how long each waited for it. */
async function competing({ adminUrl }: Stage, isOn: () => boolean): Promise<number[]> {
  const waitsMs: number[] = []
  await withClient(adminUrl, async (admin) => {
    while (isOn()) {
      const started = performance.now()
      await admin.query('select from conversations c for no key update')
      waitsMs.push(performance.now() - started)
      await sleep(PAUSE_MS)
    }
  })
  return waitsMs
}

/** Messages of last year with words, reactions, receipts and idempotency keys, before the one that there is. */
async function fill(stage: Stage, { companyId }: Actor): Promise<void> {
  await withClient(stage.adminUrl, async (admin) => {
    await admin.query('set session_replication_role = replica')
    const of = `from messages m where m.company_id = $1 and m.created_at < now() - interval '399 days'`
    await admin.query(`update messages m set seq = $2 + 1 where m.company_id = $1`, [companyId, MESSAGES])
    await admin.query('update conversations set last_seq = $2 + 1 where company_id = $1', [
      companyId,
      MESSAGES,
    ])
    await admin.query(
      'update participants set last_read_seq = $2, last_delivered_seq = $2 where company_id = $1',
      [companyId, MESSAGES],
    )
    await admin.query(
      `insert into messages (company_id, id, conversation_id, seq, author_id, body, created_at)
       select m.company_id, gen_random_uuid(), m.conversation_id, n, m.author_id, decode(repeat('ab', $3), 'hex'),
         now() - interval '400 days'
       from messages m cross join generate_series(1, $2::int) n where m.company_id = $1`,
      [companyId, MESSAGES, BODY.length],
    )
    for (const insert of [
      `insert into message_words (company_id, message_id, conversation_id, created_at, words)
       select m.company_id, m.id, m.conversation_id, m.created_at, array(select (random() * 1e6)::bigint from generate_series(1, 15)) ${of}`,
      `insert into idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
       select m.company_id, m.author_id, 'sendMessage', m.id::text, 'hash', m.id ${of} and m.seq % 10 = 0`,
      `insert into reactions (company_id, message_id, emoji, user_id) select m.company_id, m.id, 'x', m.author_id ${of} and m.seq % 5 = 0`,
      `insert into receipts (company_id, conversation_id, user_id, status, up_to_seq)
       select m.company_id, m.conversation_id, m.author_id, 'READ', m.seq ${of} and m.seq % 3 = 0`,
    ])
      await admin.query(insert, [companyId])
    await admin.query('analyze')
  })
}
