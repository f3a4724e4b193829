import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { Client } from '../support/client.ts'
import { addressOf, bundleColloquy, type Colloquy, onlyPath } from '../support/colloquy.ts'
import { cloneDatabase } from '../support/database.ts'
import { isRunning, postmasterOf } from '../support/embedded-postgres.ts'
import { bundleProgram, type Program, type ServerProcess, startProcess } from '../support/server-process.ts'
import { lastBody, rejection, say } from './said.ts'

// Real processes and a PostgreSQL each, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

let colloquy: Colloquy
let folder: string
/** The data directory of a server that was started once and stopped with Ctrl-C. */
let stopped: string
let firstStart: ServerProcess
let firstAnswer: unknown
let firstExit: number | null
const servers: ServerProcess[] = []

beforeAll(async () => {
  colloquy = await bundleColloquy()
  stopped = join(await mkdtemp(join(tmpdir(), 'colloquy-template-')), "an operator's folder")
  firstStart = colloquy.serve({ DATA_DIR: stopped })
  const alice = await signIn(await addressOf(firstStart), stopped)
  firstAnswer = await alice.run('{ viewer { user { name } company { name } } }')
  await say(alice, 'Said before Ctrl-C')
  process.kill(-(firstStart.child.pid ?? 0), 'SIGINT')
  firstExit = await firstStart.ended
})
afterAll(async () => {
  await colloquy.remove()
  await rm(join(stopped, '..'), { recursive: true })
})

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'colloquy-')), 'data')
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.end('SIGTERM')
  await rm(join(folder, '..'), { recursive: true })
})

function start(env: Record<string, string> = {}): ServerProcess {
  const server = colloquy.serve({ DATA_DIR: folder, ...env })
  servers.push(server)
  return server
}

/** Puts the data of the first start into this test's folder: a start that has to make nothing is faster. */
function putData(): void {
  execFileSync('cp', ['-a', stopped, folder])
}

async function signIn(address: string, dataDirectory = folder, login = 'alice@acme.test'): Promise<Client> {
  const { code, out, err } = await colloquy.run(['token', login], { DATA_DIR: dataDirectory })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  return new Client(address, out.trim(), { userId: '', uuid: '', externalId: login })
}

/** Tells whether the data directory holds this file; a `*` stands for the rest of a folder's name. */
function isThere(path: string): boolean {
  const [prefix, rest] = path.split('*')
  if (prefix === undefined || rest === undefined) return existsSync(join(folder, path))
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.some((name) => name.startsWith(prefix) && existsSync(join(folder, name, rest)))
}

describe('the server process', () => {
  test('says in one line where it is on its first start, and serves demo data to a token of the command line', () => {
    expect(firstStart.said.out).toMatch(/^Colloquy is ready at http:\/\/127\.0\.0\.1:[1-9]\d*\/graphql\n$/)
    expect(firstStart.said.err).toBe(
      'Preparing the embedded PostgreSQL …\nBringing the tables up to date …\nWriting the demo data …\n',
    )
    expect(firstAnswer).toEqual({ viewer: { user: { name: 'Alice Archer' }, company: { name: 'Acme' } } })
  })

  test('ends with exit code 0 on Ctrl-C, with nothing left running', () => {
    expect(firstExit).toBe(0)
    expect(existsSync(join(stopped, 'postgres/postmaster.pid'))).toBe(false)
  })

  test.each([
    ['a first start takes the data directory', false, 'lock'],
    ['a first start makes the database', false, 'postgres.draft-*/data/PG_VERSION'],
    ['PostgreSQL starts', true, 'postgres/postmaster.pid'],
  ])(
    'ends with exit code 0 on SIGINT to its group while %s, and starts afterwards',
    async (_when, isMade, sign) => {
      if (isMade) putData()
      const server = start({ SEED: 'none' })
      await vi.waitUntil(() => isThere(sign), { timeout: 60_000, interval: 1 })
      process.kill(-(server.child.pid ?? 0), 'SIGINT')
      expect(await server.ended).toBe(0)
      expect(server.said).toEqual({ out: '', err: expect.stringMatching(/^([A-Z][\w ]+ …\n)*$/u) })
      expect(existsSync(join(folder, 'postgres/postmaster.pid'))).toBe(false)
      await addressOf(start({ SEED: 'none' }))
    },
  )

  test('keeps every acknowledged message over kill -9, also when its PostgreSQL lives on', async () => {
    putData()
    const killed = start()
    await say(await signIn(await addressOf(killed)), 'Said before kill -9')
    await killed.end('SIGKILL')
    expect(isRunning(await postmasterOf(folder))).toBe(true)
    expect(await lastBody(await signIn(await addressOf(start())))).toBe('Said before kill -9')
  })

  test('stops when something fails that nobody catches, with exit code 1 and everything put away', async () => {
    const faulty: Program = await bundleProgram('test/server/faulty-process.ts')
    for (const fault of ['rejection', 'exception']) {
      const server = faulty.start(fault)
      expect(await server.ended).toBe(1)
      expect(server.said.out).toBe('ready\nput away\n')
      expect(JSON.parse(server.said.err)).toMatchObject({
        level: 60,
        err: { message: expect.stringContaining('nobody') },
      })
    }
    await faulty.remove()
  })

  test('passes on the signal that npm start gets', async () => {
    putData()
    const npm = startProcess('npm', ['start'], {
      env: { ...onlyPath(), PORT: '0', DATA_DIR: folder },
    })
    servers.push(npm)
    await vi.waitUntil(() => npm.said.out.includes('Colloquy is ready at'), { timeout: 50_000 })
    const postmaster = await postmasterOf(folder)
    expect(await npm.end('SIGTERM')).toBe(0)
    expect(isRunning(postmaster)).toBe(false)
    expect(npm.said.out.match(/is ready/g)).toHaveLength(1)
  })
})

// One server for all of them, because a start takes a second of the processor; the last one stops it.
describe('a server process on the data of an earlier one', () => {
  let running: ServerProcess
  let runningFolder: string
  let address: string
  beforeAll(async () => {
    runningFolder = join(await mkdtemp(join(tmpdir(), 'colloquy-')), 'data')
    execFileSync('cp', ['-a', stopped, runningFolder])
    running = colloquy.serve({ DATA_DIR: runningFolder, KEEP_ALIVE_SECONDS: '90' })
    address = await addressOf(running)
  })
  afterAll(async () => {
    if (running.child.exitCode === null) await running.end('SIGTERM')
    await rm(join(runningFolder, '..'), { recursive: true })
  })

  test('has what was said before', async () => {
    expect(await lastBody(await signIn(address, runningFolder))).toBe('Said before Ctrl-C')
    const { viewer } = await (await signIn(address, runningFolder, 'gina@globex.test')).run(
      '{ viewer { company { name } } }',
    )
    expect(viewer.company.name).toBe('Globex')
  })

  test('keeps idle connections for as long as KEEP_ALIVE_SECONDS says', async () => {
    expect((await fetch(`${address}/healthz`)).headers.get('keep-alive')).toBe('timeout=90')
  })

  test('keeps its port: another one refuses it in one clear line, and leaves no PostgreSQL behind', async () => {
    const { port } = new URL(address)
    putData()
    expect(await rejection(start({ PORT: port }))).toBe(
      `Port ${port} on 127.0.0.1 is taken. Stop what uses it, or set PORT to another one.\n`,
    )
    expect(existsSync(join(folder, 'postgres/postmaster.pid'))).toBe(false)
  })

  test('shares its data directory with no other, which says so in one clear line', async () => {
    expect(await rejection(start({ DATA_DIR: runningFolder }))).toBe(
      `The data directory ${runningFolder} is in use by process ${running.child.pid}. Stop it, or set DATA_DIR to another folder.\n`,
    )
    expect((await fetch(`${address}/readyz`)).status).toBe(200)
  })

  test('ends with exit code 0 when it is told to stop, also when it is told twice', async () => {
    const postmaster = await postmasterOf(runningFolder)
    // Two of one kind would arrive as one.
    running.child.kill('SIGTERM')
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(0)
    expect(running.said.err).toBe('')
    expect(isRunning(postmaster)).toBe(false)
  })
})

describe('the server process refuses in one clear line', () => {
  test('a data directory that cannot be one', async () => {
    await mkdir(join(folder, '..'), { recursive: true })
    await writeFile(folder, 'a file')
    expect(await rejection(start())).toBe(
      `Cannot use ${folder}: it is not a folder. Correct this, or set DATA_DIR to another folder.\n`,
    )
  })

  test('to run in production on defaults, naming all that is missing, before it touches anything', async () => {
    const said = await rejection(start({ NODE_ENV: 'production', PORT: 'http' }))
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'DATABASE_SYSTEM_URL',
      'KEY_DIR',
      'OIDC_ISSUER',
      'OIDC_AUDIENCE',
      'OIDC_JWKS_URL',
    ]) {
      expect(said).toContain(`  - ${name} `)
    }
    expect(existsSync(folder)).toBe(false)
  })

  test('to serve as a role that could bypass the policies', async () => {
    const database = await cloneDatabase()
    const server = start({ DATABASE_URL: database.adminUrl, DATABASE_SYSTEM_URL: database.systemUrl })
    expect(await rejection(server)).toMatch(
      /^The role of DATABASE_URL could bypass the tenancy policies: it is a superuser[^\n]*\n$/,
    )
    await database.drop()
  })

  test('a database that it cannot reach', async () => {
    const url = new URL(inject('adminUrl'))
    url.password = 'guess'
    expect(await rejection(start({ DATABASE_URL: url.href }))).toMatch(
      /^The database postgres at [^\n]*cannot be reached: [^\n]*\n$/,
    )
  })
})
