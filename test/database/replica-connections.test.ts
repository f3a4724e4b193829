import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../src/database/open-pool.ts'
import { openReplica, type Replica } from '../../src/database/replica/open-replica.ts'
import { withClient } from '../../src/database/roles.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'

const log = pino({ level: 'silent' })
/** The words of a server to a client that it lets in without a password: AuthenticationOk and ReadyForQuery. */
const WELCOME = Buffer.from('5200000008000000005a0000000549', 'hex')
/** Much less than the five seconds for which the primary's connections are waited for. */
const SOON_MS = 2_000

let database: TestDatabase
let server: string
const closing: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  database = await cloneDatabase()
  await withClient(database.appUrl, async (client) => {
    const { rows } = await client.query<{ start: string }>('select pg_postmaster_start_time()::text as start')
    server = rows[0]?.start ?? ''
  })
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => database.drop())

/** A replica at this address with one connection. The server that is asked is the primary, which is the same to a connection. */
function replicaAt(replicaUrl: string): Replica {
  const replica = openReplica({ replicaUrl, primaryUrl: database.appUrl, poolSize: 1, log })
  closing.push(replica.close)
  return replica
}

/** The address of a server that lets connections in, greets them with this or nothing, and says no more. */
async function mute(greeting?: Buffer): Promise<string> {
  const sockets: Socket[] = []
  const listening = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    if (greeting) socket.once('data', () => socket.write(greeting))
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  })
  return Object.assign(new URL(database.appUrl), {
    hostname: '127.0.0.1',
    port: `${(listening.address() as AddressInfo).port}`,
  }).href
}

const at = (name: string) => ({
  tenant: { companyId: randomUUID(), userId: randomUUID() },
  server: name,
  bindsItself: false,
})

async function failsSoon(work: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  await expect(work()).rejects.toThrow()
  expect(performance.now() - began).toBeLessThan(SOON_MS)
}

describe('a connection to a replica', () => {
  it('answers for the server that it leads to alone, however long it has been open', async () => {
    const replica = replicaAt(database.appUrl)
    const read = (name: string, bindsItself = false) =>
      replica.read({ name: 'pid', text: 'select pg_backend_pid() as pid' }, { ...at(name), bindsItself })
    const [first] = await read(server)
    expect(await read(server)).toEqual([first])
    for (const bindsItself of [false, true])
      await expect(read('another start', bindsItself)).rejects.toThrow('leads to another server')
    // The address may lead to the right server by now.
    expect(await read(server)).not.toEqual([first])
  })

  it('is waited for a moment only, at a server that hangs before or after the welcome', async () => {
    for (const greeting of [undefined, WELCOME]) {
      const replica = replicaAt(await mute(greeting))
      await failsSoon(() => replica.read({ name: 'one', text: 'select 1 as one' }, at(server)))
    }
  })

  it('is waited for a moment only while all are in use, by the same company or another', async () => {
    const replica = replicaAt(database.appUrl)
    const where = at(server)
    const long = replica.read({ name: 'sleep', text: 'select pg_sleep(2.5)' }, where)
    await Promise.all(
      [where, at(server)].map((each) =>
        failsSoon(() => replica.read({ name: 'one', text: 'select 1 as one' }, each)),
      ),
    )
    await long
    expect(await replica.read({ name: 'one', text: 'select 1 as one' }, where)).toEqual([{ one: 1 }])
  })
})

describe('a connection of a pool', () => {
  it('to a server that hangs while it is set up is given up, and its place is free again', async () => {
    const opened = openPool('serving', await mute(WELCOME), 1, log, { connectionTimeoutMillis: 200 })
    closing.push(opened.close)
    for (let attempt = 0; attempt < 2; attempt += 1)
      await failsSoon(() => opened.pool.run({ name: 'one', text: 'select 1 as one' }, undefined))
  })
})
