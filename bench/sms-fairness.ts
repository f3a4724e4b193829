import { setTimeout as sleep } from 'node:timers/promises'
import { countsOf, importGuests, openAllDay, phoneAt, searchGuests, sendToGuests } from './guests.ts'
import { percentile, type Report, round } from './report.ts'
import { type Actor, setStage } from './stage.ts'

const BACKLOG = 100_000
const POLL_MS = 10
const PAUSE_MS = 300

/**
 * One company writes to 100,000 guests at full pace, while another one sends an SMS to one guest, again and again. The ratio
 * tells by how much the backlog prolongs the time until the provider has it, at the 95th percentile. The size tells how long
 * the import of a thousand guests took at the beginning and at the end.
 */
export async function smsFairness(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 2, people: 1, role: 'owner' })
  const { url } = stage
  const [loud, calm] = stage.companies.map(({ actors }) => actors[0])
  if (!loud || !calm) throw new Error('There is nobody.')
  await openAllDay(url, loud, '+14155550100')
  await openAllDay(url, calm, '+14155550101')
  await importGuests(url, calm, 1, () => '+12125550123')
  const guestIds = await searchGuests(url, calm, '+12125550123')
  const imports = await importGuests(url, loud, BACKLOG, (at) =>
    phoneAt(212 + 93 * (at % 2), Math.floor(at / 2)),
  )
  const searches = await timesOf(20, (at) => searchGuests(url, loud, `number${at * 4_999}`))
  const one = () => sendToGuests(url, calm, guestIds)
  const alone = await delays(url, calm, one, seconds)

  const startedAt = performance.now()
  const backlog = await sendToGuests(url, loud)
  while (((await countsOf(url, loud, backlog)).QUEUED ?? 0) < BACKLOG / 2) await sleep(200)
  const expandedMs = performance.now() - startedAt
  const before = (await countsOf(url, loud, backlog)).SENT ?? 0
  const begunAt = performance.now()
  const beside = await delays(url, calm, one, seconds)
  const { QUEUED: queued = 0, SENT: sent = 0 } = await countsOf(url, loud, backlog)
  const p95Ms = percentile(beside, 0.95)
  return {
    workload: 'sms-fairness',
    opsPerSecond: round(((sent - before) * 1_000) / (performance.now() - begunAt)),
    p50Ms: percentile(beside, 0.5),
    p95Ms,
    p99Ms: percentile(beside, 0.99),
    errors: 0,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    p95MsByKind: {
      alone: percentile(alone, 0.95),
      'beside the backlog': p95Ms,
      search: percentile(searches, 0.95),
    },
    ratio: round(p95Ms / percentile(alone, 0.95)),
    size: {
      waitingAtTheEnd: queued,
      halfExpandedMs: round(expandedMs),
      firstImportsMs: percentile(imports.slice(0, 10), 0.5),
      lastImportsMs: percentile(imports.slice(-10), 0.5),
    },
  }
}

/** The milliseconds from a request until the provider has the SMS, one after another. */
async function delays(
  url: string,
  actor: Actor,
  send: () => Promise<string>,
  seconds: number,
): Promise<number[]> {
  const tookMs: number[] = []
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    const before = performance.now()
    const id = await send()
    while (!(await countsOf(url, actor, id)).SENT) await sleep(POLL_MS)
    tookMs.push(performance.now() - before)
    await sleep(PAUSE_MS)
  }
  return tookMs
}

async function timesOf(times: number, work: (at: number) => Promise<unknown>): Promise<number[]> {
  const tookMs: number[] = []
  for (let at = 0; at < times; at += 1) {
    const before = performance.now()
    await work(at)
    tookMs.push(performance.now() - before)
  }
  return tookMs
}
