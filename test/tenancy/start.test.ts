import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApplication } from '../../src/application.ts'
import { withClient } from '../../src/database/roles.ts'
import { readEnvironment } from '../../src/env.ts'
import { StartupProblem } from '../../src/startup-problem.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'

describe('a server', () => {
  let database: TestDatabase
  let directory: string
  // Roles belong to the whole cluster, so each run makes its own.
  const role = `serving_${process.pid}_${Date.now()}`
  beforeAll(async () => {
    database = await cloneDatabase()
    directory = await mkdtemp(join(tmpdir(), 'colloquy-start-'))
  })
  afterAll(async () => {
    await withClient(database.adminUrl, (admin) => admin.query(`drop role if exists ${role}`))
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  })

  it.each([
    ['superuser', 'is a superuser'],
    ['bypassrls', 'has BYPASSRLS'],
    ['createrole', 'may create roles'],
    ['in role colloquy_owner', 'is a member of their owner'],
    ['in role colloquy_app, colloquy_system', 'is colloquy_system or a member of it'],
    ['noinherit in role colloquy_owner', 'is a member of their owner'],
  ])('does not start on a serving role with: %s', async (rights, reason) => {
    const { appUrl, ...urls } = await withRole(rights)
    const problem = await start({ ...urls, appUrl })
    expect(problem).toBeInstanceOf(StartupProblem)
    expect(problem).toMatchObject({
      message: expect.stringContaining(`The role of DATABASE_URL could bypass`),
    })
    expect(problem).toMatchObject({ message: expect.stringContaining(reason) })
  })

  it('does not start on a serving role that may become one with BYPASSRLS', async () => {
    const around = `${role}_around`
    await withClient(database.adminUrl, (admin) => admin.query(`create role ${around} bypassrls`))
    try {
      const problem = await start(await withRole(`noinherit in role ${around}`))
      expect(problem).toMatchObject({ message: expect.stringContaining('BYPASSRLS') })
    } finally {
      await withClient(database.adminUrl, (admin) => admin.query(`drop role ${around}`))
    }
  })

  it('does not start on the roles the wrong way round, or with the owner in either place', async () => {
    const { appUrl, systemUrl, ownerUrl } = database
    const swapped = await start({ appUrl: systemUrl, systemUrl: appUrl, ownerUrl })
    expect(swapped).toMatchObject({ message: expect.stringContaining('DATABASE_URL') })
    const served = await start({ appUrl: ownerUrl, systemUrl, ownerUrl })
    expect(served).toMatchObject({ message: expect.stringContaining('The role of DATABASE_URL') })
    const system = await start({ appUrl, systemUrl: ownerUrl, ownerUrl })
    expect(system).toMatchObject({ message: expect.stringContaining('The role of DATABASE_SYSTEM_URL') })
  })

  it('does not start on a role without the rights it needs, nor on one that does not inherit them', async () => {
    const { appUrl, systemUrl, ownerUrl } = database
    for (const rights of ['', 'noinherit in role colloquy_app']) {
      const { appUrl: bare } = await withRole(rights)
      const problem = await start({ appUrl: bare, systemUrl, ownerUrl: undefined })
      expect(problem).toBeInstanceOf(StartupProblem)
      expect(problem).toMatchObject({ message: expect.stringMatching(/DATABASE_URL lacks .* colloquy_app/) })
    }
    const twice = await start({ appUrl, systemUrl: appUrl, ownerUrl })
    expect(twice).toBeInstanceOf(StartupProblem)
    expect(twice).toMatchObject({
      message: expect.stringMatching(/DATABASE_SYSTEM_URL lacks .* colloquy_system/),
    })
  })

  it('takes no role from another installation, whose passwords stay', async () => {
    const { systemUrl, ownerUrl, appUrl, adminUrl } = database
    const boss = new URL(appUrl)
    boss.username = role
    boss.password = 'secret'
    await withRole('superuser')
    const problem = await start({ appUrl: boss.href, systemUrl: undefined, ownerUrl: undefined })
    expect(problem).toBeInstanceOf(StartupProblem)
    expect(problem).toMatchObject({ message: expect.stringContaining('Give the URLs of all three roles') })
    expect(await start({ appUrl, systemUrl, ownerUrl })).toBeUndefined()
    expect(await start({ appUrl: adminUrl, systemUrl: undefined, ownerUrl: undefined })).toBeUndefined()
  })

  it('starts on a role of another name that is no more than colloquy_app', async () => {
    expect(await start(await withRole('in role colloquy_app'))).toBeUndefined()
  })

  it('starts without the owner, who has migrated before', async () => {
    const { appUrl, systemUrl } = database
    expect(await start({ appUrl, systemUrl, ownerUrl: undefined })).toBeUndefined()
  })

  /** The database's URLs, with a serving role of the given rights. */
  async function withRole(rights: string) {
    await withClient(database.adminUrl, async (admin) => {
      await admin.query(`drop role if exists ${role}`)
      await admin.query(`create role ${role} login password 'secret' ${rights}`)
    })
    const url = new URL(database.appUrl)
    url.username = role
    url.password = 'secret'
    return { ownerUrl: database.ownerUrl, systemUrl: database.systemUrl, appUrl: url.href }
  }

  /** Why it does not start, or undefined if it does. */
  async function start(urls: {
    appUrl: string
    systemUrl: string | undefined
    ownerUrl: string | undefined
  }): Promise<unknown> {
    const { appUrl: url, systemUrl, ownerUrl } = urls
    const environment = { ...readEnvironment({}), dataDirectory: directory }
    try {
      const application = await openApplication(
        { ...environment, database: { url, systemUrl, ownerUrl, poolSize: 2 } },
        pino({ level: 'silent' }),
      )
      await application.close()
      return undefined
    } catch (error) {
      return error
    }
  }
})
