import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { freePort } from './free-port.ts'
import { isOnPath, skipLoudly } from './redis.ts'

const NODES = 6
const MASTERS = 3
const SLOTS = 16_384

/** A Redis Cluster of three masters and their replicas that belongs to one test file alone. */
export interface RedisCluster {
  /** The addresses of all nodes, with commas between them. */
  readonly url: string
  /** Returns all keys that match a pattern. */
  keys(pattern: string): Promise<string[]>
  /** Moves the slot of a key or channel to another master, as `redis-cli --cluster reshard` does. */
  moveSlotOf(key: string): Promise<void>
  /** Kills the master that has the slot, waits until its replica has it, and starts the other again as a replica. */
  killMasterOf(key: string): Promise<void>
  dispose(): Promise<void>
}

interface Node {
  port: number
  process: ChildProcess
  client: Redis
  id: string
  start(): ChildProcess
}

/** Starts a cluster; without the binary, says loudly that its tests are skipped. */
export async function redisClusterForTests(): Promise<RedisCluster | undefined> {
  if (!isOnPath('redis-server')) {
    skipLoudly('no redis-server on PATH')
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'colloquy-redis-cluster-'))
  const nodes = await Promise.all(
    Array.from({ length: NODES }, (_, at) => startNode(join(directory, `${at}`))),
  )
  await introduce(nodes)

  const living = () => nodes.filter(({ process }) => process.exitCode === null && process.signalCode === null)

  const slotOf = async (key: string) => Number(await living()[0]?.client.cluster('KEYSLOT', key))

  async function masterOf(slot: number): Promise<Node> {
    const [first] = living()
    const ranges = (await first?.client.cluster('SLOTS')) ?? []
    const range = ranges.find(([from, to]) => from <= slot && slot <= to)
    const master = living().find(({ id }) => id === range?.[2]?.[2])
    if (!master) throw new Error(`No living master has the slot ${slot}.`)
    return master
  }

  async function masters(): Promise<Node[]> {
    const [first] = living()
    const ranges = (await first?.client.cluster('SLOTS')) ?? []
    const ids = new Set(ranges.map(([, , master]) => master?.[2]))
    return living().filter(({ id }) => ids.has(id))
  }

  return {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    async keys(pattern) {
      return (await Promise.all((await masters()).map(({ client }) => client.keys(pattern)))).flat()
    },
    async moveSlotOf(key) {
      const slot = await slotOf(key)
      const from = await masterOf(slot)
      const to = (await masters()).find((master) => master !== from)
      if (!to) throw new Error('There is no other master.')
      await to.client.cluster('SETSLOT', slot, 'IMPORTING', from.id)
      await from.client.cluster('SETSLOT', slot, 'MIGRATING', to.id)
      for (;;) {
        const keys = (await from.client.cluster('GETKEYSINSLOT', slot, 100)) as string[]
        if (keys.length === 0) break
        await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys)
      }
      for (const { client } of [to, from, ...(await masters())])
        await client.cluster('SETSLOT', slot, 'NODE', to.id)
    },
    async killMasterOf(key) {
      const slot = await slotOf(key)
      const master = await masterOf(slot)
      const exit = once(master.process, 'exit')
      master.process.kill('SIGKILL')
      await exit
      await vi.waitFor(() => masterOf(slot), { timeout: 60_000, interval: 200 })
      master.process = master.start()
      await vi.waitFor(
        async () => {
          if (!((await master.client.info('replication')) as string).includes('master_link_status:up'))
            throw new Error()
        },
        { timeout: 60_000, interval: 200 },
      )
    },
    async dispose() {
      for (const { client, process } of nodes) {
        client.disconnect()
        process.kill('SIGKILL')
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startNode(directory: string): Promise<Node> {
  await mkdir(directory)
  const [port, bus] = [await freePort(), await freePort()]
  const options = {
    port,
    bind: '127.0.0.1',
    dir: directory,
    appendonly: 'no',
    'cluster-enabled': 'yes',
    'cluster-port': bus,
    'cluster-node-timeout': 3_000,
    'cluster-require-full-coverage': 'no',
  }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  function start(): ChildProcess {
    const server = spawn('redis-server', [...flags, '--save', ''], { stdio: 'ignore' })
    const endWithTests = () => server.kill('SIGKILL')
    process.once('exit', endWithTests)
    server.once('exit', () => process.off('exit', endWithTests))
    return server
  }
  const server = start()
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 100 })
  client.on('error', () => {})
  const id = (await client.cluster('MYID')) as string
  return { port, process: server, client, id, start }
}

/** Has the nodes meet, gives the slots to the first three, and makes the others their replicas. */
async function introduce(nodes: readonly Node[]): Promise<void> {
  const [first] = nodes
  for (const { port, client } of nodes) {
    const bus = Number(((await client.config('GET', 'cluster-port')) as string[])[1])
    await first?.client.call('CLUSTER', 'MEET', '127.0.0.1', port, bus)
  }
  for (const [at, { client }] of nodes.slice(0, MASTERS).entries()) {
    const from = Math.floor((SLOTS / MASTERS) * at)
    await client.cluster('ADDSLOTSRANGE', from, Math.floor((SLOTS / MASTERS) * (at + 1)) - 1)
  }
  for (const [at, { client }] of nodes.slice(MASTERS).entries()) {
    await vi.waitFor(() => client.cluster('REPLICATE', nodes[at]?.id ?? ''), {
      timeout: 30_000,
      interval: 100,
    })
  }
  for (const { client } of nodes) {
    await vi.waitFor(
      async () => {
        const info = (await client.cluster('INFO')) as string
        if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${NODES}`))
          throw new Error(info)
        const slots = (await client.cluster('SLOTS')) as unknown[][]
        if (slots.some((range) => range.length < 4)) throw new Error('A master has no replica yet.')
      },
      { timeout: 60_000, interval: 100 },
    )
  }
}
