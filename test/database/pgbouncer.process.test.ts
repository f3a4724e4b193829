import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApplication } from '../../src/application.ts'
import { chooseOperatingUser, handOver } from '../../src/database/embedded/operating-user.ts'
import { withClient } from '../../src/database/roles.ts'
import { statement } from '../../src/database/statement.ts'
import { startApp } from '../support/app.ts'
import type { TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { installedPostgresForTests, type PostgresServer } from '../support/installed-postgres.ts'
import { enqueueAs, recordJobs } from '../support/jobs.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PROGRAM = '/usr/sbin/pgbouncer'
const limits = statement({
  name: 'limits',
  text: `select current_setting('statement_timeout') as "statement", current_setting('lock_timeout') as "lock"`,
})

const isInstalled = existsSync(PROGRAM)
if (!isInstalled) {
  process.stderr.write(
    `\n*** SKIPPING THE TESTS OF PGBOUNCER: there is no ${PROGRAM}. Install it (Debian: apt-get install pgbouncer) ***\n\n`,
  )
}
const installed = isInstalled ? await installedPostgresForTests('THE TESTS OF PGBOUNCER') : undefined
afterAll(() => installed?.dispose())

describe.skipIf(!installed)('a server behind a PgBouncer', () => {
  let direct: TestDatabase
  let server: PostgresServer
  beforeAll(async () => {
    if (installed) server = await installed.makeServer()
  })
  beforeEach(async () => {
    direct = await server.makeDatabase()
  })

  it('in session mode serves, binds each person, hears of jobs and keeps its limits', async () => {
    await using bouncer = await startBouncer(direct, 'session')
    const { done, tasks } = recordJobs()
    await using app = await startApp({ database: bouncer.database, tasks })
    const company = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const other = await app.company('Globex', { eve: 'owner' })
    const { alice, bob } = company
    await using inbox = await bob.inbox('... on ConversationActivity { message { body } }')
    for (let at = 0; at < 20; at += 1) await alice.say({ recipientId: bob.userId }, `${at}`)
    await inbox.count(20)
    const [mine, theirs] = await Promise.all(
      [bob, other.eve].map((reader) => reader.run('{ conversations(first: 5) { nodes { id } } }')),
    )
    expect(mine.conversations.nodes).toHaveLength(1)
    expect(theirs.conversations.nodes).toEqual([])
    await enqueueAs(app, company, { task: 'send_digest', payload: {} })
    await vi.waitFor(() => expect(done).toHaveLength(1), 20_000)
    expect(await hears(bouncer.database)).toBe(true)
    const { database } = app.application.services
    expect(await database.unbound(limits, {})).toEqual([{ statement: '15s', lock: '4s' }])
  })

  it('in transaction mode does not start, and says why', async () => {
    await using bouncer = await startBouncer(direct, 'transaction')
    await using app = await startApp({ database: direct })
    const { appUrl: url, ownerUrl, systemUrl } = bouncer.database
    const environment = { ...app.environment, database: { url, ownerUrl, systemUrl, poolSize: 2 } }
    await expect(openApplication(environment, pino({ level: 'silent' }))).rejects.toThrow(
      'such as PgBouncer in transaction mode. Use session mode',
    )
  })
})

/** Starts a PgBouncer in front of the server, and gives the database as it is reached through it. */
async function startBouncer(direct: TestDatabase, mode: 'session' | 'transaction') {
  const directory = await mkdtemp(join(tmpdir(), 'colloquy-pgbouncer-'))
  const user = await chooseOperatingUser(join(directory, 'none'))
  const { hostname, port: serverPort } = new URL(direct.adminUrl)
  const port = await freePort()
  const roles = ['colloquy_owner', 'colloquy_app', 'colloquy_system', 'postgres']
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${serverPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${directory}/users`,
    `pool_mode = ${mode}`,
    'default_pool_size = 50',
  ]
  await writeFile(join(directory, 'users'), roles.map((role) => `"${role}" ""\n`).join(''))
  await writeFile(join(directory, 'pgbouncer.ini'), settings.join('\n'))
  await chmod(directory, 0o755)
  await handOver(directory, user)
  const bouncer = spawn(PROGRAM, ['-q', join(directory, 'pgbouncer.ini')], { ...user, stdio: 'ignore' })
  const through = (url: string) => Object.assign(new URL(url), { port: `${port}` }).href
  await vi.waitFor(() => withClient(through(direct.appUrl), async () => {}), {
    timeout: 30_000,
    interval: 100,
  })
  return {
    database: {
      ...direct,
      appUrl: through(direct.appUrl),
      ownerUrl: through(direct.ownerUrl),
      systemUrl: through(direct.systemUrl),
    },
    async [Symbol.asyncDispose]() {
      const exit = once(bouncer, 'exit')
      bouncer.kill('SIGKILL')
      await exit
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Notifies one session of another, as the job queue does. */
async function hears({ systemUrl }: TestDatabase): Promise<boolean> {
  let heard = false
  await withClient(systemUrl, async (listener) => {
    listener.on('notification', () => {
      heard = true
    })
    await listener.query('listen news')
    await withClient(systemUrl, async (other) => void (await other.query('notify news')))
    await vi.waitFor(() => expect(heard).toBe(true), 10_000)
  })
  return heard
}
