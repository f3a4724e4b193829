import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { destroyCompany } from '../../src/companies/operations/destroy-company.ts'
import { withClient } from '../../src/database/roles.ts'
import { KeysDestroyedError } from '../../src/encryption/errors.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { FINISHED } from '../support/finished-databases.ts'
import { openSocket } from '../support/raw-socket.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { tableContents } from '../support/table-contents.ts'

const redis = await sharedRedisForTests()
const DESTROYED = { code: 'FORBIDDEN', reason: 'KEYS_DESTROYED' }

afterAll(() => redis?.dispose())

/** Destroys the company at one node, as the command line does. */
async function destroy({ application }: TestApp, companyUuid: string): Promise<void> {
  const { keySource, services, tellKeysChanged } = application
  await destroyCompany({ database: services.database, provider: keySource.provider }, companyUuid)
  await tellKeysChanged(companyUuid)
}

async function refusalOf(app: TestApp, companyUuid: string): Promise<unknown> {
  if (app.application.services.keyring.loaded(companyUuid)) return 'loaded'
  return app.application.services.keyring.forCompany(companyUuid).catch((error: unknown) => error)
}

describe.each([
  ['with Redis', redis?.url],
  ['without Redis', undefined],
])('a company whose keys are destroyed, %s', (title, redisUrl) => {
  let one: TestApp
  let two: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  let globex: TestCompany<'gina'>
  beforeAll(async () => {
    one = await startApp(redisUrl ? { redisUrl } : {})
    two = await startApp({ beside: one })
    acme = await one.company('Acme Canaries', { alice: 'owner', bob: 'member' })
    globex = await one.company('Globex', { gina: 'owner' })
  })
  afterAll(async () => {
    await two[Symbol.asyncDispose]()
    await one[Symbol.asyncDispose]()
  })

  test.skipIf(title === 'with Redis' && !redisUrl)(
    'is closed on every node, with a reason, and its names are erased',
    async () => {
      const { alice, bob, companyUuid, companyId } = acme
      const group = await alice.group('Canary title', [bob], { description: 'Canary description' })
      await alice.say({ conversationId: group }, 'Canary body')
      await globex.gina.group('Quiet', [])
      const elsewhere = alice.at(two.url)
      await elsewhere.run('{ conversations(first: 5) { nodes { title lastMessage { body } } } }')
      const { ask, say, frame } = await openSocket(two.url, { authorization: `Bearer ${alice.token}` })
      say({
        type: 'subscribe',
        id: 'inbox',
        payload: { query: 'subscription { inboxEvents { __typename } }' },
      })
      await ask('{ viewer { user { name } } }')

      await destroy(one, companyUuid)
      for (const node of [one, two])
        await expect
          .poll(() => refusalOf(node, companyUuid), { timeout: 20_000 })
          .toBeInstanceOf(KeysDestroyedError)
      await frame(({ type, id }) => type === 'complete' && id === 'inbox')
      const { payload } = await ask('{ viewer { user { name } } }')
      expect(payload[0]?.extensions).toMatchObject(DESTROYED)
      for (const node of [one, two]) {
        await expect
          .poll(async () => (await alice.at(node.url).send('{ viewer { user { name } } }')).errors, {
            timeout: 20_000,
          })
          .toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
        const named = await fetch(`${node.url}/graphql`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${alice.token}`,
            'content-type': 'application/json',
            'x-company-id': companyId,
          },
          body: JSON.stringify({ query: '{ viewer { user { name } } }' }),
        })
        expect(await named.json()).toMatchObject({ errors: [{ extensions: DESTROYED }] })
      }
      const contents = JSON.stringify(await tableContents(one.database.adminUrl))
      for (const erased of ['Canary', 'alice', 'bob', acme.alice.externalId])
        expect(contents).not.toContain(erased)
      expect(await globex.gina.run('{ viewer { user { name } } }')).toBeTruthy()
    },
  )
})

test('a copy of the database from before cannot be read with the keys as they are after', {
  timeout: 150_000,
}, async () => {
  const keyDirectory = join(await mkdtemp(join(tmpdir(), 'colloquy-restored-')), 'keys')
  const database = await cloneDatabase()
  const kept = { ...database, drop: async () => {} }
  const before = await startApp({ database: kept, environment: { keyDirectory } })
  const acme = await before.company('Acme', { alice: 'owner', bob: 'member' })
  const globex = await before.company('Globex', { gina: 'owner', greg: 'member' })
  const { id: gone } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Gone')
  const { id: stays } = await globex.gina.say({ recipientId: globex.greg.userId }, 'Stays')
  await before[Symbol.asyncDispose]()
  const backup = await copyOf(database)

  const running = await startApp({ database: kept, environment: { keyDirectory } })
  await destroy(running, acme.companyUuid)
  await running[Symbol.asyncDispose]()
  await database.drop()

  await using restored = await startApp({ database: backup, environment: { keyDirectory } })
  const BODY = 'query ($id: ID!) { message(id: $id) { body } }'
  const read = async ({ bob }: { bob: Client }, id: string) => {
    const token = await restored.issuer.mint({ subject: bob.externalId })
    return bob.at(restored.url, token).send(BODY, { id })
  }
  const { data, errors } = await read(acme, gone)
  expect(data).toEqual({ message: { body: null } })
  expect(errors).toMatchObject([{ extensions: DESTROYED }])
  expect(await read({ bob: globex.greg }, stays)).toEqual({ data: { message: { body: 'Stays' } } })
})

/** Copies a database that nothing is connected to, and gives the copy as another. */
async function copyOf({ adminUrl, appUrl, ownerUrl, systemUrl }: TestDatabase): Promise<TestDatabase> {
  const name = new URL(adminUrl).pathname.slice(1)
  const copy = `${name}_copy`
  const within = (url: string, path: string) => Object.assign(new URL(url), { pathname: `/${path}` }).href
  const run = (sql: string) =>
    withClient(within(adminUrl, 'postgres'), async (admin) => void (await admin.query(sql)))
  await vi.waitFor(
    async () => {
      // A vacuum of the server's own may be connected.
      await run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
      await run(`create database ${copy} template ${name}`)
    },
    { timeout: 60_000, interval: 500 },
  )
  await run(`grant create, connect, temporary on database ${copy} to colloquy_owner`)
  await run(`revoke temporary on database ${copy} from public`)
  return {
    adminUrl: within(adminUrl, copy),
    appUrl: within(appUrl, copy),
    ownerUrl: within(ownerUrl, copy),
    systemUrl: within(systemUrl, copy),
    drop: () => run(`comment on database ${copy} is '${FINISHED}'`),
  }
}
