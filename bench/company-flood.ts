import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile, type Report, round } from './report.ts'
import { sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const COMPANIES = 6
const PEOPLE = 20
/** Messages a second of one company that does as usual. */
const USUAL = 2
const TIMES = 100
/** Five times as much work as usual: a send of 500 bytes costs 75 points. */
const QUOTA = 750
/** The seconds with and without the flood alternate, because a machine is busier at one time than at another. */
const ROUNDS = 2

/**
 * One company sends a hundred times as much as usual from twenty people, while five others do as usual. The ratio tells by how
 * much that prolongs the sends of the others at the 95th percentile; with a quota of each company, and without.
 */
export async function companyFlood(seconds: number): Promise<Report> {
  const without = await floodAt(seconds, 0)
  const bounded = await floodAt(seconds, QUOTA)
  return {
    workload: 'company-flood',
    opsPerSecond: round(bounded.quiet.flooded.length / seconds),
    p50Ms: percentile(bounded.quiet.flooded, 0.5),
    p95Ms: percentile(bounded.quiet.flooded, 0.95),
    p99Ms: percentile(bounded.quiet.flooded, 0.99),
    errors: bounded.quiet.errors + without.quiet.errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'P95 of the others without a flood, in ms', opsPerSecond: bounded.aloneMs },
    ratio: bounded.ratio,
    flood: bounded.flood,
    withoutQuota: { ratio: without.ratio, ...without.flood },
  }
}

async function floodAt(seconds: number, quota: number) {
  await using stage = await setStage({
    ...{ companies: COMPANIES, people: PEOPLE, isBounded: true },
    variables: { WORK_BUDGET_PER_COMPANY: String(quota) },
  })
  const agent = new Agent({ keepAlive: true })
  const [loud, ...others] = stage.companies.map(({ actors }) => actors)
  if (!loud) throw new Error('There is nobody.')
  const quiet = { alone: [] as number[], flooded: [] as number[], errors: 0 }
  const flood = { given: 0, refused: 0 }
  const asUsual = (into: number[]) =>
    others.map((actors) =>
      sendAt(stage, agent, actors, USUAL, seconds / ROUNDS, (ms, error) => {
        if (error) quiet.errors += 1
        else into.push(ms)
      }),
    )
  await Promise.all(asUsual([]))
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(asUsual(quiet.alone))
    const flooding = sendAt(stage, agent, loud, USUAL * TIMES, seconds / ROUNDS, (_ms, error) => {
      if (error) flood.refused += 1
      else flood.given += 1
    })
    await Promise.all([flooding, ...asUsual(quiet.flooded)])
  }
  agent.destroy()
  const aloneMs = percentile(quiet.alone, 0.95)
  return { quiet, flood, aloneMs, ratio: round(percentile(quiet.flooded, 0.95) / aloneMs) }
}

/** Sends at a steady rate, whatever the answers take, each message from another person; reports the wait since it was due. */
async function sendAt(
  { url }: Stage,
  agent: Agent,
  actors: readonly Actor[],
  rate: number,
  seconds: number,
  onEnd: (ms: number, error: unknown) => void,
): Promise<void> {
  const began = performance.now() + Math.random() * (1_000 / rate)
  const sends: Promise<void>[] = []
  for (let at = 0; at < rate * seconds; at += 1) {
    const due = began + (at * 1_000) / rate
    await delay(Math.max(0, due - performance.now()))
    const [author, recipient] = [actors[at % actors.length], actors[(at + 1) % actors.length]]
    if (!author || !recipient) throw new Error('There is nobody to send.')
    const told = (error?: unknown) => onEnd(performance.now() - due, error)
    sends.push(sendOne(url, agent, author, recipient).then(() => told(), told))
  }
  await Promise.all(sends)
}
