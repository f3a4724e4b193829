import { Agent } from 'node:http'
import pg from 'pg'
import { withClient } from '../src/database/roles.ts'
import { encodeId, newId } from '../src/ids.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import { post } from './reading.ts'
import { type Measured, measure, percentile, type Report, round } from './report.ts'
import { BODY, sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const WORKERS = 16
const COMPANIES = 6
const SIZE = 50
/** Turns of measuring, one with and one without, so that both see the same machine. */
const TURNS = 6
/** Rules of other messages that name each person. */
const OTHER_RULES = 2_000

const PAGE = `query Page($id: ID!) { conversation(id: $id) {
  messages(last: ${SIZE}) { nodes { id seq author { id } body createdAt } } } }`

/** A page of which half the messages have access rules, beside one without any: the ratio of their throughputs. */
export async function restrictedPage(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: 2 })
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  const readers = await Promise.all(
    stage.companies.map(async ({ actors: [reader, writer] }) => {
      if (!reader || !writer) throw new Error('There is nobody to write.')
      for (let count = 0; count < SIZE + 5; count += 1) await sendOne(stage.url, agent, writer, reader)
      const body = JSON.stringify({
        query: 'query ($id: ID!) { directConversation(userId: $id) { id } }',
        variables: { id: encodeId('User', writer.userId) },
      })
      const { data } = JSON.parse(await post(stage.url, agent, reader.token, body))
      return { token: reader.token, id: data.directConversation.id }
    }),
  )
  await onHalf(
    stage,
    `with half as (
       update messages set is_restricted = true where seq % 2 = 0 and company_id = any($1) returning company_id, id, conversation_id
     )
     insert into message_access (company_id, message_id, number, effect, user_id)
     select h.company_id, h.id, 1, 'ALLOW', p.user_id from half h
     join messages m on m.company_id = h.company_id and m.id = h.id
     join participants p on p.company_id = h.company_id and p.conversation_id = h.conversation_id and p.user_id <> m.author_id`,
  )
  await addRules(stage)
  const report = await beside('restricted-page', stage, seconds, readers, async ({ token, id }) => {
    const body = JSON.stringify({ query: PAGE, variables: { id } })
    const { data } = JSON.parse(await post(stage.url, agent, token, body))
    if (data?.conversation.messages.nodes.length !== SIZE)
      throw new Error('Something is missing in the answer.')
  })
  agent.destroy()
  return report
}

/** Adds the rules of many other messages, because PostgreSQL reads a table that is small from its beginning. */
async function addRules({ adminUrl }: Stage): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    // The messages that the rules are of do not exist.
    await admin.query('set session_replication_role = replica')
    await admin.query(
      `insert into message_access (company_id, message_id, number, effect, user_id)
       select company_id, gen_random_uuid(), 1, 'ALLOW', id from users cross join generate_series(1, ${OTHER_RULES})`,
    )
    await admin.query('vacuum analyze message_access')
  })
}

/** Looks for spam in a company. */
const JUDGED = `update companies set spam = '{"repeatedBodies": 100, "mentions": 20, "blockedDomains": ["evil.example", "bad.example"]}'
     where id = any($1)`

/** Sends in companies that look for spam, beside those that do not: the ratio of their throughputs. */
export async function judgedSend(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: 8 })
  return await sendBeside('judged-send', stage, seconds)
}

/** Sends with the audit trail in companies that look for spam, beside those with neither: the ratio of their throughputs. */
export async function auditedSend(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: 8 })
  await dropEvents(stage)
  return await sendBeside('audited-send', stage, seconds)
}

async function sendBeside(workload: string, stage: Stage, seconds: number): Promise<Report> {
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  await onHalf(stage, JUDGED)
  const people = stage.companies.map(({ actors }) => actors)
  const report = await beside(workload, stage, seconds, people, async (actors) => {
    const [from, to] = pairOf(actors)
    await sendOne(stage.url, agent, from, to, `${BODY} ${newId()}`)
  })
  agent.destroy()
  return report
}

function pairOf(actors: Actor[]): [Actor, Actor] {
  const at = Math.floor(Math.random() * actors.length)
  const [from, to] = [actors[at], actors[(at + 1) % actors.length]]
  if (!from || !to) throw new Error('There is nobody to write.')
  return [from, to]
}

/** Has PostgreSQL store no audit events of the second half of the companies. All else of their sends stays. */
async function dropEvents({ adminUrl, companies }: Stage): Promise<void> {
  const others = companies.slice(COMPANIES / 2).map(({ companyId }) => `'${companyId}'`)
  await withClient(adminUrl, async (admin) => {
    await admin.query(
      `create function drop_event() returns trigger language plpgsql as $$ begin return null; end $$;
       create trigger drop_event before insert on audit_events
         for each row when (new.company_id in (${others.join(', ')})) execute function drop_event()`,
    )
  })
}

/** Changes the first half of the companies. */
async function onHalf({ adminUrl, companies }: Stage, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(text, [companies.slice(0, COMPANIES / 2).map(({ companyId }) => companyId)])
    await client.query('analyze')
  } finally {
    await client.end()
  }
}

/** Measures the first half of the cast and the second in turns. */
async function beside<Cast>(
  workload: string,
  { pid, adminUrl }: Stage,
  seconds: number,
  cast: Cast[],
  operation: (one: Cast) => Promise<void>,
): Promise<Report> {
  const halves = [cast.slice(0, COMPANIES / 2), cast.slice(COMPANIES / 2)]
  const measured: Measured[][] = [[], []]
  const cpu = [new CpuOfHalf(), new CpuOfHalf()]
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [half, all] of halves.entries()) {
      const run = () => {
        cpu[half]?.count()
        return operation(all[Math.floor(Math.random() * all.length)] as Cast)
      }
      const before = [await cpuMs(pid), await databaseCpuMs(adminUrl)] as const
      const turn = await measure(WORKERS, seconds / TURNS, run)
      cpu[half]?.add((await cpuMs(pid)) - before[0], (await databaseCpuMs(adminUrl)) - before[1])
      measured[half]?.push(turn)
    }
  }
  const [governed = [], plain = []] = measured
  const rate = (turns: Measured[]) => turns.reduce((sum, turn) => sum + turn.opsPerSecond, 0) / TURNS
  const latenciesMs = governed.flatMap((turn) => turn.latenciesMs)
  return {
    workload,
    opsPerSecond: round(rate(governed)),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errors: [...governed, ...plain].reduce((sum, { errors }) => sum + errors, 0),
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'the same without it, in turns', opsPerSecond: round(rate(plain)) },
    ratio: round(rate(governed) / rate(plain)),
    cpuMicrosecondsPerOperation: { ...cpu[0]?.perOperation(''), ...cpu[1]?.perOperation('Without') },
  }
}

/** The CPU of the operations of one half, those of warming up included. */
class CpuOfHalf {
  #operations = 0
  #serverMs = 0
  #databaseMs = 0

  count(): void {
    this.#operations += 1
  }

  add(serverMs: number, databaseMs: number): void {
    this.#serverMs += serverMs
    this.#databaseMs += databaseMs
  }

  perOperation(suffix: string): Record<string, number> {
    const micros = (ms: number) => round((ms * 1000) / this.#operations)
    return { [`server${suffix}`]: micros(this.#serverMs), [`database${suffix}`]: micros(this.#databaseMs) }
  }
}
