import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from './reading.ts'
import { type Measured, measure, percentile, type Report, round } from './report.ts'
import { sendOne } from './sending.ts'
import { type Actor, setStage } from './stage.ts'

const PEOPLE = 5_000
const AT_ONCE = 1_000
const WORKERS = 4

const SYNC = `mutation Sync($input: SyncMembersInput!) { syncMembers(input: $input) {
  ... on SyncMembersPayload { created updated } ... on UserError { detail } } }`
const CREATE = `mutation Create($input: CreateDepartmentChannelInput!) { createDepartmentChannel(input: $input) {
  ... on CreateDepartmentChannelPayload { conversation { id } } ... on UserError { detail } } }`

/** 5,000 people move from one department to the other and so from channel to channel, while others of the company and another send. */
export async function departmentMoves(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 2, people: 8, role: 'owner' })
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS + 1 })
  const [first, second] = stage.companies
  const [olga] = first?.actors ?? []
  if (!first || !second || !olga) throw new Error('There is nobody to write.')
  const ask = async (query: string, input: object) =>
    JSON.parse(await post(stage.url, agent, olga.token, JSON.stringify({ query, variables: { input } }))).data
  const move = async (department: string) => {
    for (let from = 0; from < PEOPLE; from += AT_ONCE) {
      const members = Array.from({ length: AT_ONCE }, (_, at) => ({
        externalId: `mover-${from + at}`,
        name: `Mover ${from + at}`,
        department,
      }))
      const { syncMembers } = await ask(SYNC, { members })
      if (syncMembers?.created + syncMembers?.updated !== AT_ONCE)
        throw new Error(JSON.stringify(syncMembers))
    }
  }
  await move('North')
  for (const title of ['North', 'South']) await ask(CREATE, { title, departments: [title] })
  const sending = (duration: number): Promise<Measured> =>
    measure(WORKERS, duration, async (worker) => {
      const actors: Actor[] = (worker % 2 ? first : second).actors
      const [from, to] = [actors[(worker + 1) % 8], actors[(worker + 2) % 8]]
      if (from && to) await sendOne(stage.url, agent, from, to)
    })
  const without = await sending(seconds)
  const during = sending(seconds)
  // After the warm-up.
  await sleep(1000)
  const begun = performance.now()
  await move('South')
  const took = (performance.now() - begun) / 1000
  const measured = await during
  agent.destroy()
  const longest = ({ latenciesMs }: Measured) =>
    round(latenciesMs.reduce((most, each) => Math.max(most, each), 0))
  return {
    workload: 'department-moves',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors + without.errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'sends while nobody moves', opsPerSecond: round(without.opsPerSecond) },
    ratio: round(measured.opsPerSecond / without.opsPerSecond),
    moves: { seconds: round(took), longestSendMs: { without: longest(without), during: longest(measured) } },
  }
}
