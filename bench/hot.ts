import { Agent } from 'node:http'
import { type Measured, measure, percentile, type Report, round } from './report.ts'
import { countStored, sendOne } from './sending.ts'
import { type Actor, setStage } from './stage.ts'

const WORKERS = 32
const COMPANIES = 16

/**
 * One busy company against many: the same number of senders, each to a person of their own, all in one company or
 * spread over sixteen. Sends of one company wait for each other's position; those of other companies do not.
 */
export async function hot(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES + 1, people: 2 * WORKERS })
  const [crowded, ...others] = stage.companies
  if (!crowded) throw new Error('There is no company.')
  const acknowledged = new Map(stage.companies.map(({ companyId }): [string, string[]] => [companyId, []]))
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })

  function sendAs(actorsOf: (worker: number) => Actor[], forSeconds: number): Promise<Measured> {
    return measure(WORKERS, forSeconds, async (worker) => {
      const [author, recipient] = actorsOf(worker).slice(2 * worker, 2 * worker + 2)
      if (!author || !recipient) throw new Error('There is nobody to send.')
      acknowledged.get(author.companyId)?.push(await sendOne(stage.url, agent, author, recipient))
    })
  }
  const inMany = (worker: number) => others[worker % COMPANIES]?.actors ?? []
  // Half before and half after, so that changes of the machine's load affect both sides equally.
  const before = await sendAs(inMany, Math.ceil(seconds / 2))
  const measured = await sendAs(() => crowded.actors, seconds)
  const after = await sendAs(inMany, Math.ceil(seconds / 2))
  agent.destroy()
  const many = (before.opsPerSecond + after.opsPerSecond) / 2
  return {
    workload: 'hot',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors + before.errors + after.errors,
    ...(await countStored(stage, acknowledged)),
    floor: { name: `as many senders in ${COMPANIES} companies`, opsPerSecond: round(many) },
    ratio: round(measured.opsPerSecond / many),
  }
}
