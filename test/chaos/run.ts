import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../../bench/report.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { between } from './chance.ts'
import { type FaultName, faults, type Victims } from './faults.ts'
import { planFaults } from './schedule.ts'
import { type Stage, setStage } from './stage.ts'
import { unlessStuck } from './stuck.ts'
import { type Subscriber, subscribeCompany } from './subscribers.ts'
import { createTally, type Tally } from './tally.ts'
import { readTruth, type Truth } from './truth.ts'
import { THIS_RELEASE, upgradeAndBack } from './upgrade.ts'
import { expectedFor, judge } from './verdict.ts'
import { watchWire } from './watched-socket.ts'
import { createWriter, type Writer } from './writers.ts'

/** The settings of a run. */
export interface RunOptions {
  seed: number
  seconds: number
  /** Nothing but one restart after the other, as when a new version is rolled out. */
  rolling: boolean
  /** The folder of an older release: nothing but its replacement by this one, and back. */
  upgradeFrom?: string | undefined
  /** Messages of another company that are there before an upgrade. */
  archive: number
  /** The kinds of faults to choose from. */
  only: FaultName[]
  print(line: string): void
}

const WRITERS = 50

/** Runs once; gives everything that was wrong, or undefined where it cannot run. */
export async function run({
  seed,
  seconds,
  rolling,
  upgradeFrom,
  archive,
  only,
  print,
}: RunOptions): Promise<string[] | undefined> {
  const tally = createTally()
  const injected = createTally()
  const stage = await setStage(seed, tally, upgradeFrom ?? THIS_RELEASE)
  if (!stage) return undefined
  const { nodes, companies, postgres } = stage
  const wire = watchWire(tally)
  const subscribers = (
    await Promise.all(
      companies.map((company, at) =>
        subscribeCompany(company, { nodes, wire, random: seededRandom(seed + 100 + at) }),
      ),
    )
  ).flat()
  const writers = createWriters(stage, seed, tally)
  print(`${subscribers.length} subscribers and ${writers.length} writers in ${companies.length} companies`)

  while (tally.of('a subscription opened or resumed') < subscribers.length) await delay(50)
  const stop = new AbortController()
  const writing = Promise.all(writers.map((writer) => writer.write(stop.signal)))
  const victims = { ...stage, writers }
  const wrong: string[] = []
  if (upgradeFrom !== undefined)
    wrong.push(
      ...(await upgradeAndBack(victims, {
        older: upgradeFrom,
        seconds,
        messages: archive,
        tell: (line) => tell(line, 'node replaced'),
      })),
    )
  else if (rolling) await restartOneByOne(victims, seed, seconds, (line) => tell(line, 'node SIGTERM'))
  else await injectAll(victims, { seed, seconds, only }, tell)
  stop.abort()
  await Promise.all(nodes.map((node) => node.ready()))
  print('the faults are over; the writers finish')

  if (!(await unlessStuck(writing, () => sentBy(writers))))
    wrong.push(`these wait for an acknowledgement: ${waitingFor(writers)}`)
  print('everybody is cut off, and hears a last word')
  await sayLastWord(victims)
  const truth = await readTruth(postgres.adminUrl)
  if (!(await unlessStuck(allHeard(truth, subscribers), () => heardBy(subscribers))))
    wrong.push('subscribers did not come to the end')
  print('everybody has heard it')
  const acknowledged = writers.flatMap((writer) => writer.acknowledged)
  wrong.push(
    ...writers.flatMap((writer) => writer.refused),
    ...wire.disorder,
    ...subscribers.flatMap(({ name, ended }) => (ended ? [`${name}: its stream ended: ${ended}`] : [])),
    ...judge(truth, acknowledged, subscribers),
  )
  for (const { client } of subscribers) client.close()
  for (const writer of writers) writer.close()
  const codes = await stage.close()
  if (codes.some((code) => code !== 0)) wrong.push(`the nodes ended with exit codes ${codes.join(' and ')}`)
  wrong.push(...nodes.flatMap((node) => node.accidents))
  report(truth)
  return wrong

  function tell(line: string, fault: string): void {
    injected.add(fault)
    print(line)
  }

  function report({ messages }: Truth): void {
    print('faults injected:')
    for (const line of injected.lines()) print(line)
    print('seen:')
    for (const line of tally.lines()) print(line)
    const latencies = writers.flatMap(({ latenciesMs }) => latenciesMs)
    print(
      `acknowledged within ${percentile(latencies, 0.5)} ms (P50), ${percentile(latencies, 0.99)} ms (P99), ${percentile(latencies, 1)} ms (most)`,
    )
    print(
      `${acknowledged.length} messages acknowledged, ${messages.length} stored, ${heardBy(subscribers)} heard`,
    )
  }
}

function createWriters({ nodes, companies }: Stage, seed: number, tally: Tally): Writer[] {
  const urls = nodes.map(({ doors }) => doors.plain.url)
  return Array.from({ length: WRITERS }, (_, at) => {
    const company = companies[at % companies.length]
    const person = company?.people[Math.floor(at / companies.length)]
    if (!company || !person) throw new Error('There are more writers than people.')
    const carrier = at % 10 < 6 ? 'HTTP' : at % 10 < 8 ? 'WebSocket' : 'library'
    return createWriter({
      name: `${company.name} writer ${at}`,
      person,
      company,
      carrier,
      urls,
      random: seededRandom(seed + 1_000 + at),
      tally,
    })
  })
}

async function injectAll(
  victims: Victims,
  { seed, seconds, only }: Pick<RunOptions, 'seed' | 'seconds' | 'only'>,
  tell: (line: string, fault: FaultName) => void,
): Promise<void> {
  const random = seededRandom(seed)
  const start = performance.now()
  const elapsed = () => performance.now() - start
  const underWay: Promise<void>[] = []
  for (const { atMs, fault } of planFaults(random, seconds, only)) {
    await delay(Math.max(0, atMs - elapsed()))
    const own = seededRandom(between(random, 0, 2 ** 31))
    const injecting = faults[fault](victims, own)
    underWay.push(injecting.then((what) => tell(`${(atMs / 1_000).toFixed(1)} s  ${fault}: ${what}`, fault)))
  }
  await delay(Math.max(0, seconds * 1_000 - elapsed()))
  if (!(await unlessStuck(Promise.all(underWay), () => sentBy(victims.writers)))) {
    throw new Error(`A fault does not end; these wait for an acknowledgement: ${waitingFor(victims.writers)}`)
  }
}

async function restartOneByOne(
  { nodes }: Victims,
  seed: number,
  seconds: number,
  tell: (line: string) => void,
): Promise<void> {
  const random = seededRandom(seed)
  const start = performance.now()
  for (let turn = 0; performance.now() - start < seconds * 1_000; turn += 1) {
    const node = nodes[turn % nodes.length]
    if (!node) return
    const before = performance.now()
    const code = await node.restart(0)
    const took = Math.round(performance.now() - before)
    if (code !== 0) node.accidents.push(`${node.name} ended with exit code ${code} on SIGTERM`)
    await node.ready()
    tell(
      `${Math.round(before - start)} ms  ${node.name} ended with exit code ${code} within ${took} ms, and serves again`,
    )
    await delay(between(random, 300, 1_500))
  }
}

/** Everybody has to come back once more, and hears one more message: what came twice before it has been heard by then. */
async function sayLastWord({ nodes, companies, writers }: Victims): Promise<void> {
  for (const link of nodes.flatMap(({ doors }) => [...doors.plain.links(), ...doors.bulky.links()]))
    link.cut()
  await Promise.all(
    companies.flatMap(({ targets }, at) =>
      targets.map((target) => {
        const ofCompany = writers.filter(
          (writer, index) => index % companies.length === at && target.people.includes(writer.person),
        )
        return ofCompany[0]?.send(target)
      }),
    ),
  )
}

function waitingFor(writers: Writer[]): string {
  return writers.flatMap(({ waiting }) => [...waiting]).join(', ')
}

async function allHeard(truth: Truth, subscribers: Subscriber[]): Promise<void> {
  for (const subscriber of subscribers) {
    const last = expectedFor(truth, subscriber).at(-1)
    while (last !== undefined && !subscriber.ended && subscriber.heard.at(-1)?.id !== last) await delay(50)
  }
}

function sentBy(writers: Writer[]): number {
  return writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
}

function heardBy(subscribers: Subscriber[]): number {
  return subscribers.reduce((sum, { heard }) => sum + heard.length, 0)
}
