import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chooseOperatingUser, handOver } from '../../src/database/embedded/operating-user.ts'
import type { Client } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'
import { castCompany, openStore } from './cast.ts'
import { baseBackup, type Cluster, type Place, restore, startArchiving, type Target } from './cluster.ts'
import { fill } from './fill.ts'
import { copyKeys, databaseUrlOf, onCluster, type Product, type Programs } from './product.ts'
import { type Acknowledged, startTraffic } from './traffic.ts'

/** The size of a drill. */
export interface DrillOptions {
  /** The folder of PostgreSQL's programs. */
  postgres: string
  programs: Programs
  messages: number
  archiveTimeoutSeconds: number
  /** Told of each step, and of the seconds it took. */
  print(line: string): void
}

/** The state before the loss, and what there is to restore it from. */
export interface Before {
  /** The moment that one restore goes back to, as PostgreSQL writes it. */
  moment: string
  /** Messages until the moment, and after it. */
  live: { until: Acknowledged[]; after: Acknowledged[] }
  samples: { reader: Client; id: string; body: string }[]
  reader: Client
  /** Cursors of the reader's inbox, given out before the moment and after it. */
  cursors: { before: string; after: string }
  /** A person of the company that was destroyed after the moment. */
  destroyed: Client
  killedAt: number
  databaseBytes: number
}

/** A database that was put back, with the product on it. */
export interface Restored {
  product: Product
  cluster: Cluster
  seconds: number
}

/** The parts of a drill, in the order in which an operator does them. */
export interface Drill extends AsyncDisposable {
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Fills a database that archives its WAL, copies it meanwhile, and ends PostgreSQL and the server without warning. */
  lose(): Promise<Before>
  /** Puts the database into a new folder, with the keys from where they are kept. */
  putBack(name: string, target: Target): Promise<Restored>
}

const COMPANIES = 4
const PEOPLE = 20
/** Part of the messages that are there when the base backup is made. The others are in the archive alone. */
const IN_BACKUP = 0.9

/** Prepares a drill in a folder of its own. */
export async function openDrill(options: DrillOptions): Promise<Drill> {
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-drill-'))
  const user = await chooseOperatingUser(join(folder, 'database'))
  await handOver(folder, user)
  const place: Place = { programs: options.postgres, folder, user }
  const paths = {
    archive: join(folder, 'archive'),
    backup: join(folder, 'backup'),
    keys: join(folder, 'product'),
  }
  const running: Cluster[] = []
  await mkdir(paths.keys, { mode: 0o700 })

  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now()
    const result = await work()
    options.print(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${name}`)
    return result
  }

  return {
    step,
    lose: () => lose(options, { place, paths, step, running }),
    async putBack(name, target) {
      const began = performance.now()
      const into = join(folder, name)
      const cluster = await step(`${name}: base backup copied back, WAL replayed from the archive`, () =>
        restore(place, { ...paths, into, target }),
      )
      running.push(cluster)
      const keys = join(folder, `product-${name}`)
      await step(`${name}: keys copied from where they are kept`, () => copyKeys(paths.keys, keys))
      const product = await onCluster(options.programs, cluster, keys)
      return { product, cluster, seconds: (performance.now() - began) / 1000 }
    },
    async [Symbol.asyncDispose]() {
      for (const cluster of running) await cluster.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Stage {
  place: Place
  paths: { archive: string; backup: string; keys: string }
  step: Drill['step']
  running: Cluster[]
}

async function lose(options: DrillOptions, { place, paths, step, running }: Stage): Promise<Before> {
  const { archiveTimeoutSeconds, messages } = options
  const cluster = await step('PostgreSQL started, archive_mode on', () =>
    startArchiving(place, paths.archive, archiveTimeoutSeconds),
  )
  running.push(cluster)
  const product = await onCluster(options.programs, cluster, paths.keys)
  await product.run('migrate')
  const { url, server } = await step('server started', () => product.serve())
  await using store = await openStore(product.urls, paths.keys)
  const cast = await Promise.all(
    Array.from({ length: COMPANIES }, (_, at) => castCompany(store, url, `Company${at}`, PEOPLE)),
  )
  const doomed = await castCompany(store, url, 'Doomed', 2)
  const [author, reader, destroyed, neighbour] = [...(cast[0]?.people ?? []).slice(0, 2), ...doomed.people]
  if (!author || !reader || !destroyed || !neighbour) throw new Error('There are too few people.')
  await destroyed.say({ recipientId: neighbour.userId }, 'To be forgotten')
  const pairs = await pairsOf(cast)
  const storage = { keyring: store.keyring, adminUrl: databaseUrlOf(cluster) }
  const sampled = []
  const inBackup = Math.floor(messages * IN_BACKUP)
  sampled.push(
    ...(await step(`${inBackup} messages stored`, () => fill(storage, pairs, { from: 0, to: inBackup }))),
  )
  const traffic = startTraffic(author, reader)
  await step('base backup made and verified, while messages go', () =>
    baseBackup(place, cluster, paths.backup),
  )
  sampled.push(
    ...(await step(`${messages - inBackup} more messages stored`, () =>
      fill(storage, pairs, { from: inBackup, to: messages }),
    )),
  )
  const { moment, until, before } = await traffic.between(async () => ({
    ...(
      await query<{ moment: string }>(databaseUrlOf(cluster), 'select clock_timestamp()::text as moment')
    )[0],
    until: traffic.acknowledged.length,
    before: await cursorOf(reader),
  }))
  await delay(500)
  const after = await traffic.between(() => cursorOf(reader))
  await product.run('keys', 'destroy', '--company', 'Doomed', '--yes', 'Doomed')
  const seconds = 1.5 * archiveTimeoutSeconds
  await step(`messages go on for ${seconds} s, one and a half times archive_timeout`, () =>
    delay(seconds * 1000),
  )
  const databaseBytes = await sizeOf(cluster)
  const stopped = traffic.stop()
  const killedAt = Date.now()
  await Promise.all([cluster.kill(), server.end('SIGKILL')])
  await stopped
  await rm(cluster.directory, { recursive: true })
  options.print('           PostgreSQL and the server killed with SIGKILL, and the disk of PostgreSQL lost')
  const readerOf = (userId: string) =>
    cast.flatMap(({ people }) => people).find(({ uuid }) => uuid === userId) as Client
  return {
    moment: moment ?? '',
    live: { until: traffic.acknowledged.slice(0, until), after: traffic.acknowledged.slice(until) },
    samples: sampled.map(({ pair, id, body }) => ({ reader: readerOf(pair.recipientId), id, body })),
    reader,
    cursors: { before, after },
    destroyed,
    killedAt,
    databaseBytes,
  }
}

/** The first person of a company writes to each other one; a first message opens each conversation. */
async function pairsOf(cast: readonly { uuid: string; people: Client[] }[]) {
  const pairs = cast.flatMap(({ uuid, people: [author, ...others] }) =>
    others.slice(1).map((recipient) => ({ companyId: uuid, author: author as Client, recipient })),
  )
  for (const { author, recipient } of pairs) await author.say({ recipientId: recipient.userId }, 'Hello')
  return pairs.map(({ companyId, author, recipient }) => ({
    companyId,
    authorId: author.uuid,
    recipientId: recipient.uuid,
  }))
}

async function cursorOf(reader: Client): Promise<string> {
  const { viewer } = await reader.run('{ viewer { inboxCursor } }')
  return viewer.inboxCursor
}

async function sizeOf(cluster: Cluster): Promise<number> {
  const [row] = await query<{ bytes: string }>(
    databaseUrlOf(cluster),
    'select pg_database_size(current_database())::text as bytes',
  )
  return Number(row?.bytes ?? 0)
}
