import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { findRunningPostgres } from '../../src/database/embedded/start-embedded-postgres.ts'
import { isRunning, postmasterOf, processGroupOf, query, startHere } from '../support/embedded-postgres.ts'
import { bundleProgram, type Program, type ServerProcess } from '../support/server-process.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }
const urlPattern = /^postgresql:\/\/postgres:[\w-]{32}@127\.0\.0\.1:\d+\/postgres$/

// A recovery or a second first start takes seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let program: Program
let template: string
let folder: string
const servers: ServerProcess[] = []

beforeAll(async () => {
  program = await bundleProgram('test/database/embedded-postgres-process.ts')
  template = await mkdtemp(join(tmpdir(), 'colloquy-template-'))
  await using _made = await startHere(template)
})
afterAll(async () => {
  await program.remove()
  await rm(template, { recursive: true })
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'colloquy-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.end('SIGTERM')
  await rm(folder, { recursive: true })
})

function startServer(path: string, user?: { uid: number; gid: number }): ServerProcess {
  const server = program.start(path, user)
  servers.push(server)
  return server
}

/** Puts a database that was made and stopped before into a folder, for tests of anything but a first start. */
function putDatabase(path: string): void {
  execFileSync('cp', ['-a', `${template}/.`, path])
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data over a restart, in a folder whose name has spaces', async () => {
    const path = join(folder, 'my  дата "directory"')
    {
      await using first = await startHere(path)
      await query(first.adminUrl, 'create table kept as select 1 as n')
    }
    await using second = await startHere(path)
    expect(await query(second.adminUrl, 'select n from kept')).toEqual([{ n: 1 }])
  })

  it('is UTF-8 with Unicode rules, safe on disk, and open to its password alone', async () => {
    await using postgres = await startHere(folder)
    expect(postgres.adminUrl).toMatch(urlPattern)
    const [settings] = await query<Record<string, string>>(
      postgres.adminUrl,
      `select current_setting('server_encoding') as encoding, lower('ÀЖ') as lower, inet_server_addr()::text as address,
        current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits`,
    )
    expect(settings).toEqual({
      encoding: 'UTF8',
      lower: 'àж',
      address: '127.0.0.1/32',
      listens: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      commits: 'on',
    })
    const stranger = new URL(postgres.adminUrl)
    stranger.password = 'guess'
    await expect(query(stranger.href, 'select 1')).rejects.toThrow('password authentication failed')
    expect((await stat(join(folder, 'postgres-password'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'postgres'))).mode & 0o777).toBe(0o700)
  })

  it('is found by other commands while it runs, and is not afterwards', async () => {
    putDatabase(folder)
    const dataDirectory = await openDataDirectory(folder, { exclusive: false })
    {
      await using postgres = await startHere(folder)
      expect(await findRunningPostgres(dataDirectory)).toBe(postgres.adminUrl)
    }
    expect(await findRunningPostgres(dataDirectory)).toBeNull()
  })

  it('refuses a second server and leaves the first alone', async () => {
    putDatabase(folder)
    const first = startServer(folder)
    const url = await first.firstLine
    const second = startServer(folder)
    expect(await second.firstLine).toBe(
      `The data directory ${folder} is in use by process ${first.child.pid}. Stop it, or set DATA_DIR to another folder.`,
    )
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)('ends with its server on %s', async (signal) => {
    putDatabase(folder)
    const server = startServer(folder)
    expect(await server.firstLine).toMatch(urlPattern)
    const postmaster = await postmasterOf(folder)
    expect(isRunning(postmaster)).toBe(true)
    expect(await server.end(signal)).toBe(0)
    await vi.waitFor(() => expect(isRunning(postmaster)).toBe(false), 30_000)
  })

  it('goes on serving when Ctrl-C reaches the whole process group', async () => {
    putDatabase(folder)
    const server = startServer(folder)
    const url = await server.firstLine
    const postmaster = await postmasterOf(folder)
    process.kill(-(server.child.pid ?? 0), 'SIGINT')
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(processGroupOf(postmaster)).toBe(postmaster)
    expect(await postmasterOf(folder)).toBe(postmaster)
    expect(await server.end('SIGTERM')).toBe(0)
  })

  it('starts again after kill -9 of a server whose PostgreSQL lives on', async () => {
    putDatabase(folder)
    const killed = startServer(folder)
    await query(await killed.firstLine, 'create table kept as select 1 as n')
    await killed.end('SIGKILL')
    const orphan = await postmasterOf(folder)
    expect(isRunning(orphan)).toBe(true)

    const next = startServer(folder)
    expect(await query(await next.firstLine, 'select n from kept')).toEqual([{ n: 1 }])
    expect(isRunning(orphan)).toBe(false)
  })

  it('starts again after kill -9 of server and PostgreSQL together', async () => {
    putDatabase(folder)
    const killed = startServer(folder)
    await query(await killed.firstLine, 'create table kept as select 1 as n')
    const postmaster = await postmasterOf(folder)
    // Stopped, it cannot restart what is killed before it is killed itself.
    killed.child.kill('SIGSTOP')
    process.kill(postmaster, 'SIGKILL')
    await killed.end('SIGKILL')

    const next = startServer(folder)
    expect(await query(await next.firstLine, 'select n from kept')).toEqual([{ n: 1 }])
  })

  it('starts after kill -9 in the middle of the very first start', async () => {
    const killed = startServer(folder)
    await vi.waitFor(async () => {
      const draft = (await readdir(folder)).find((name) => name.startsWith('postgres.draft-'))
      expect(existsSync(join(folder, `${draft}`, 'data/PG_VERSION'))).toBe(true)
    }, 30_000)
    await killed.end('SIGKILL')
    expect(existsSync(join(folder, 'postgres'))).toBe(false)

    const next = startServer(folder)
    expect(await next.firstLine).toMatch(urlPattern)
    expect((await readdir(folder)).filter((name) => name.includes('draft'))).toEqual([])
  })

  it("never takes another process for its own postmaster because it bears its number's", async () => {
    const [path, other] = [join(folder, 'one'), join(folder, 'other')]
    putDatabase(path)
    putDatabase(other)
    await using stranger = await startHere(other)
    const pidFile = join(path, 'postgres/postmaster.pid')
    const namesake = await postmasterOf(other)
    await writeFile(pidFile, `${namesake}\n`)
    const { uid, gid } = await stat(join(path, 'postgres'))
    await chown(pidFile, uid, gid)

    await using next = await startHere(path)
    expect(await query(next.adminUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(await query(stranger.adminUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(await postmasterOf(other)).toBe(namesake)
  })

  it('says in one line what is wrong with a database it cannot use', async () => {
    await writeFile(join(folder, 'postgres-password'), 'x'.repeat(32))
    await mkdir(join(folder, 'postgres'))
    expect(await startServer(folder).firstLine).toBe(
      `The folder ${folder}/postgres holds no PostgreSQL database. Move it away or restore it.`,
    )
    await writeFile(join(folder, 'postgres/PG_VERSION'), '12\n')
    expect(await startServer(folder).firstLine).toMatch(/ was made by PostgreSQL 12, and this is 18\. /)
    await rm(join(folder, 'postgres-password'))
    expect(await startServer(folder).firstLine).toMatch(/ is there, but its password .* is not\. /)
  })

  it('runs for root below a folder that is closed to everyone else', async ({ skip }) => {
    skip(!isRoot, 'needs root')
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o700 })
    await using postgres = await startHere(join(closed, 'data'))
    expect(await query(postgres.adminUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    expect((await stat(join(closed, 'data/postgres'))).uid).not.toBe(0)
  })

  it('runs for an ordinary user, and then for root on the same data', async ({ skip }) => {
    skip(!isRoot, 'needs root to become another user; every other test here has run as an ordinary one')
    skip(!program.isRunnableBy(nobody), 'the project lies in a folder that is closed to ordinary users')
    await chmod(folder, 0o711)
    const path = join(folder, 'data')
    await mkdir(path)
    await chown(path, nobody.uid, nobody.gid)

    const ordinary = startServer(path, nobody)
    await query(await ordinary.firstLine, 'create table kept as select 1 as n')
    expect((await stat(join(path, 'postgres'))).uid).toBe(nobody.uid)
    expect(await ordinary.end('SIGTERM')).toBe(0)

    await using asRoot = await startHere(path)
    expect(await query(asRoot.adminUrl, 'select n from kept')).toEqual([{ n: 1 }])
  })

  it('tells an ordinary user in one line that a folder is closed to him', async ({ skip }) => {
    skip(
      isRoot && !program.isRunnableBy(nobody),
      'the project lies in a folder that is closed to ordinary users',
    )
    const path = join(folder, 'closed')
    await mkdir(path, { mode: 0o500 })
    expect(await startServer(path, isRoot ? nobody : undefined).firstLine).toBe(
      `Cannot use ${path}: this user may not read and write it. Correct this, or set DATA_DIR to another folder.`,
    )
  })
})
