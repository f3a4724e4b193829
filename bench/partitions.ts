import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { openDataDirectory } from '../src/data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../src/database/embedded/start-embedded-postgres.ts'
import { migrate } from '../src/database/migrate.ts'
import { prepareDatabase } from '../src/database/roles.ts'
import { measure, percentile, type Report, round } from './report.ts'

const COMPANIES = 1_000
const CONVERSATIONS = 10
const PARTITIONS = 16
const CLIENTS = 2
const MESSAGES = 5_000_000
/** Companies that are purged, which leaves a vacuum that share of the table to clean. */
const PURGED = 20
const TABLES = ['plain', 'hashed'] as const

type Table = (typeof TABLES)[number]
type Compared = NonNullable<Report['compared']>

const companyOf = (number: string) => `lpad(to_hex(${number}), 32, '0')::uuid`
const conversationOf = (company: string, number: string) =>
  `(lpad(to_hex(${company}), 16, '0') || lpad(to_hex(${number}), 16, '0'))::uuid`

/**
 * The table of messages as it is beside one that is partitioned by a hash of the company, with the same indexes and small rows, at a
 * fifth of the size and at the whole. All work goes to both in turns. The ratio is the worst of partitioned against plain, of the rates at the
 * whole size.
 */
export async function partitions({
  seconds,
  messages = MESSAGES,
}: {
  seconds: number
  messages?: number
}): Promise<Report> {
  const path = await mkdtemp(join(tmpdir(), 'colloquy-bench-'))
  const log = pino({ level: 'warn' }, pino.destination(2))
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const postgres = await startEmbeddedPostgres({ dataDirectory, log })
  try {
    const urls = await prepareDatabase(postgres.adminUrl, 'colloquy')
    await migrate({ url: urls.ownerUrl, log })
    const pool = new pg.Pool({
      connectionString: Object.assign(new URL(postgres.adminUrl), { pathname: '/colloquy' }).href,
      max: CLIENTS,
      // As in the product: no plan is made anew for each call.
      options: '-c plan_cache_mode=force_generic_plan',
    })
    // PostgreSQL may stop before it has seen the last connection end.
    pool.on('error', () => {})
    const compared: Compared = {}
    for (const size of [Math.round(messages / 5), messages]) {
      await createTables(pool)
      await fill(pool, size)
      Object.assign(compared, await compare(pool, size, seconds))
    }
    await pool.end()
    return reportOf(messages, compared)
  } finally {
    await postgres.stop()
    await dataDirectory.release()
    await rm(path, { recursive: true, force: true })
  }
}

/** Without indexes, which are made once the tables are full: that takes a tenth of the time. */
async function createTables(pool: pg.Pool): Promise<void> {
  await pool.query('drop table if exists plain, hashed')
  await pool.query('create table plain (like public.messages including defaults)')
  await pool.query(
    'create table hashed (like public.messages including defaults) partition by hash (company_id)',
  )
  for (let at = 0; at < PARTITIONS; at += 1)
    await pool.query(
      `create table hashed_${at} partition of hashed for values with (modulus ${PARTITIONS}, remainder ${at})`,
    )
}

/** Spreads messages over the companies as they come in, one company after the other. */
async function fill(pool: pg.Pool, size: number): Promise<void> {
  const client = await pool.connect()
  await client.query(
    `set synchronous_commit = off; set work_mem = '64MB'; set maintenance_work_mem = '512MB'`,
  )
  for (const table of TABLES) {
    await client.query(
      `insert into ${table} (company_id, id, conversation_id, seq, author_id, body)
      select ${companyOf(`n % ${COMPANIES}`)}, gen_random_uuid(),
        ${conversationOf(`n % ${COMPANIES}`, `n / ${COMPANIES} % ${CONVERSATIONS}`)}, n / ${COMPANIES * CONVERSATIONS} + 1,
        ${companyOf(`n / ${COMPANIES} % ${CONVERSATIONS}`)}, decode(repeat('00', 60), 'hex')
      from generate_series(0, ${size - 1}) n`,
    )
    const { rows } = await client.query<{ text: string }>(INDEXES, [table])
    for (const { text } of rows) await client.query(text)
    await client.query(`vacuum analyze ${table}`)
  }
  await client.query('reset all')
  client.release()
}

/** The indexes of the table of messages, for another one. */
const INDEXES = `select regexp_replace(pg_get_indexdef(i.indexrelid), ' INDEX \\S+ ON (public\\.)?messages ', ' INDEX ON ' || $1 || ' ') as text
  from pg_index i where i.indrelid = 'public.messages'::regclass`

async function compare(pool: pg.Pool, size: number, seconds: number): Promise<Compared> {
  const found: Compared = {}
  const keep = (work: string, table: Table, value: number) => {
    const name = `${work}, ${size}`
    found[name] = { ...found[name], [table]: round(value) }
  }
  const each = Math.max(1, Math.floor(seconds / 4))
  const rates: Record<string, number[]> = {}
  for (const table of [...TABLES, ...TABLES.toReversed()])
    for (const [work, run] of Object.entries(worksOf(pool, size))) {
      const { opsPerSecond, errors, latenciesMs } = await measure(CLIENTS, each, () => run(table))
      if (errors > 0) throw new Error(`${work} failed.`)
      const key = `${work} ${table}`
      rates[key] = [...(rates[key] ?? []), opsPerSecond]
      keep(
        `${work}/s`,
        table,
        (rates[key] ?? []).reduce((sum, rate) => sum + rate, 0) / (rates[key] ?? []).length,
      )
      keep(`${work}, P99 ms`, table, percentile(latenciesMs, 0.99))
    }
  for (const table of TABLES) {
    keep('purge of a company, ms', table, (await timed(pool, purgeOf(table))) / PURGED)
    const vacuums: number[] = []
    for (const part of partsOf(table)) vacuums.push(await timed(pool, [`vacuum ${part}`]))
    keep(
      'vacuum, ms',
      table,
      vacuums.reduce((sum, ms) => sum + ms, 0),
    )
    keep('longest vacuum, ms', table, Math.max(...vacuums))
    const sizes = await pool.query<{ mib: number }>(
      `select sum(pg_total_relation_size(oid))::float / 2 ^ 20 as mib from pg_class where relname ~ '^${table}(_\\d+)?$'`,
    )
    keep('MiB', table, sizes.rows[0]?.mib ?? 0)
  }
  return found
}

function partsOf(table: Table): string[] {
  return table === 'plain' ? [table] : Array.from({ length: PARTITIONS }, (_, at) => `${table}_${at}`)
}

/** The companies at the end are purged, so the others are worked on. */
const anyCompany = () => Math.floor(Math.random() * (COMPANIES - 3 * PURGED))
const anyConversation = () => Math.floor(Math.random() * CONVERSATIONS)
let seqs = 100_000_000

function nextSeq(): number {
  seqs += 1
  return seqs
}

function worksOf(pool: pg.Pool, size: number): Record<string, (table: Table) => Promise<void>> {
  const insert = (count: number) => async (table: Table) => {
    const rows = Array.from({ length: count }, () => [anyCompany(), anyConversation(), nextSeq()])
    await pool.query({
      name: `insert ${count} ${table}`,
      text: `insert into ${table} (company_id, id, conversation_id, seq, author_id, body)
        select ${companyOf('company')}, gen_random_uuid(), ${conversationOf('company', 'conversation')}, seq,
          ${companyOf('conversation')}, decode(repeat('00', 60), 'hex')
        from unnest($1::int[], $2::int[], $3::int[]) t (company, conversation, seq)`,
      values: [0, 1, 2].map((column) => rows.map((row) => row[column])),
    })
  }
  return {
    'page of 50': async (table) => {
      const { rows } = await pool.query({
        name: `page ${table}`,
        text: `select * from ${table} where company_id = ${companyOf('$1::int')}
          and conversation_id = ${conversationOf('$1::int', '$2::int')} and seq < 100000000 order by seq desc limit 50`,
        values: [anyCompany(), anyConversation()],
      })
      if (rows.length < Math.min(50, size / COMPANIES / CONVERSATIONS))
        throw new Error('The page is not whole.')
    },
    insert: insert(1),
    'insert of 32 of many companies': insert(32),
  }
}

/** Purges other companies at each size. */
let purged = 0
function purgeOf(table: Table): string[] {
  if (table === 'plain') purged += PURGED
  return Array.from(
    { length: PURGED },
    (_, at) => `delete from ${table} where company_id = ${companyOf(`${COMPANIES - purged + at}`)}`,
  )
}

async function timed(pool: pg.Pool, texts: string[]): Promise<number> {
  await pool.query('checkpoint')
  const began = performance.now()
  for (const text of texts) await pool.query(text)
  return performance.now() - began
}

function reportOf(messages: number, compared: Compared): Report {
  const whole = Object.entries(compared).filter(
    ([name]) => name.includes('/s') && name.endsWith(` ${messages}`),
  )
  return {
    workload: 'partitions',
    opsPerSecond: whole[0]?.[1].hashed ?? 0,
    p50Ms: 0,
    p95Ms: 0,
    p99Ms: 0,
    errors: 0,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    size: { messages, companies: COMPANIES, partitions: PARTITIONS },
    compared,
    ratio: round(Math.min(...whole.map(([, { plain = 1, hashed = 0 }]) => hashed / plain))),
  }
}
