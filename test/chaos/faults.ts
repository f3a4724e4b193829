import { setTimeout as delay } from 'node:timers/promises'
import type { Link } from '../support/door.ts'
import type { PrivateRedis } from '../support/redis.ts'
import type { Company } from './cast.ts'
import { between, pick, sample } from './chance.ts'
import type { Postgres } from './postgres.ts'
import type { ServerNode } from './server-node.ts'
import type { Writer } from './writers.ts'

/** The faults that a run can cause. */
export interface Victims {
  readonly nodes: ServerNode[]
  readonly redis: PrivateRedis
  readonly postgres: Postgres
  readonly companies: Company[]
  readonly writers: Writer[]
}

/** Makes something fail and mend again; gives what exactly it did. */
type Fault = (victims: Victims, random: () => number) => Promise<string>

const LONG_MESSAGES = 120
const LONG_LENGTH = 30_000

/** Everything that may go wrong in a run. */
export const faults = {
  async 'node kill -9'({ nodes }, random) {
    const node = upOne(nodes, random)
    if (!node) return 'no node is up'
    const pauseMs = between(random, 100, 4_000)
    await node.kill(pauseMs)
    return `${node.name}, down for ${pauseMs} ms`
  },
  async 'node SIGTERM'({ nodes }, random) {
    const node = upOne(nodes, random)
    if (!node) return 'no node is up'
    const code = await node.restart(between(random, 0, 2_000))
    if (code !== 0) node.accidents.push(`${node.name} ended with exit code ${code} on SIGTERM`)
    return `${node.name}, exit code ${code}`
  },
  async 'node frozen'({ nodes }, random) {
    const node = pick(random, nodes)
    const forMs = between(random, 500, 5_000)
    await node.freeze(forMs)
    return `${node.name} for ${forMs} ms`
  },
  'redis restart': ({ redis }) =>
    alone('redis', async () => {
      await redis.restart()
      return 'empty'
    }),
  'redis away': ({ redis }, random) =>
    alone('redis', async () => {
      const forMs = between(random, 500, 6_000)
      await redis.kill()
      await delay(forMs)
      await redis.restart()
      return `for ${forMs} ms`
    }),
  'redis frozen': ({ redis }, random) =>
    alone('redis', async () => {
      const forMs = between(random, 500, 6_000)
      redis.stop()
      await delay(forMs)
      redis.cont()
      return `for ${forMs} ms`
    }),
  'postgres restart': ({ postgres }) =>
    alone('postgres', async () => {
      await postgres.restart('SIGINT')
      return 'fast'
    }),
  'postgres crash': ({ postgres }, random) =>
    alone('postgres', async () => {
      const signal = pick(random, ['SIGQUIT', 'SIGKILL'] as const)
      await postgres.restart(signal)
      return signal
    }),
  'postgres sessions ended': ({ postgres }, random) =>
    alone('postgres', async () => {
      const share = between(random, 2, 10) / 10
      return `${await postgres.endSessions(share)}`
    }),
  'slow commit': ({ postgres, companies }, random) =>
    alone('postgres', async () => {
      const company = pick(random, companies)
      const forMs = between(random, 300, 3_000)
      await postgres.holdStream(company.uuid, forMs)
      return `in ${company.name} for ${forMs} ms`
    }),
  async 'connections cut'({ nodes }, random) {
    const links = someLinks(nodes, random, between(random, 5, 60) / 100)
    for (const link of links) link.cut()
    return `${links.length}`
  },
  async 'connections half open'({ nodes }, random) {
    const links = someLinks(nodes, random, between(random, 2, 10) / 100)
    for (const link of links) link.halfOpen(pick(random, ['client', 'server'] as const))
    return `${links.length}`
  },
  async 'connections stalled'({ nodes }, random) {
    const links = someLinks(nodes, random, between(random, 10, 50) / 100)
    const forMs = between(random, 500, 8_000)
    await stall(links, () => delay(forMs))
    return `${links.length} for ${forMs} ms`
  },
  async 'readers stalled in a flood'({ nodes, companies, writers }, random) {
    const links = nodes.flatMap(({ doors }) => doors.bulky.links())
    const at = pick(random, [...companies.keys()])
    const everybody = companies[at]?.targets[0]
    if (!everybody) return 'nowhere'
    // Writers take turns between the companies.
    const flooding = writers.filter((_, index) => index % companies.length === at)
    await stall(links, async () => {
      for (let sent = 0; sent < LONG_MESSAGES; sent += flooding.length) {
        await Promise.all(flooding.map((writer) => writer.send(everybody, LONG_LENGTH)))
      }
    })
    return `${links.length} in ${companies[at]?.name}`
  },
} satisfies Record<string, Fault>

/** The name of a fault. */
export type FaultName = keyof typeof faults

const busy = new Map<string, Promise<unknown>>()

/** One fault of a resource at a time; it waits for the one before. */
function alone(resource: string, act: () => Promise<string>): Promise<string> {
  const done = (busy.get(resource) ?? Promise.resolve()).then(act)
  busy.set(
    resource,
    done.catch(() => {}),
  )
  return done
}

function upOne(nodes: ServerNode[], random: () => number): ServerNode | undefined {
  const up = nodes.filter(({ isUp }) => isUp)
  return up.length === 0 ? undefined : pick(random, up)
}

function someLinks(nodes: ServerNode[], random: () => number, share: number): Link[] {
  const links = nodes.flatMap(({ doors }) => [...doors.plain.links(), ...doors.bulky.links()])
  return sample(random, links, Math.ceil(links.length * share))
}

async function stall(links: Link[], meanwhile: () => Promise<unknown>): Promise<void> {
  const flows = links.map((link) => link.stall())
  try {
    await meanwhile()
  } finally {
    for (const flow of flows) flow()
  }
}
