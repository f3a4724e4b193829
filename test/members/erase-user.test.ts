import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { tableContents } from '../support/table-contents.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

const USER = 'user { id name externalId email department avatarUrl }'
const FORMER = { name: 'Former member', externalId: null, email: null, department: null, avatarUrl: null }

let app: TestApp
let other: TestApp
let acme: TestCompany<'alice' | 'bob' | 'cleo'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  other = await startApp({ beside: app })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', cleo: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.cleo])
})

const erase = (userId: string, confirmName: string, by: Client = acme.alice): Promise<Data> =>
  by.mutate('eraseUser', { userId, confirmName }, USER)
const sync = (member: Data): Promise<Data> =>
  acme.alice.mutate('syncMembers', { members: [member] }, 'created updated problems { detail }')
const answerOf = (client: Client): Promise<Data> => client.send('{ viewer { user { id } } }')

describe('the erasure of a person', () => {
  test('leaves what they wrote under "Former member", nothing that names them, and a trail that verifies', async () => {
    const { alice, bob, cleo } = acme
    const canary = `canary-${bob.uuid.slice(0, 8)}`
    await sync({
      externalId: bob.externalId,
      name: `Bob ${canary}`,
      email: `${canary}@acme.test`,
      department: canary,
      avatarUrl: `https://pictures.test/${canary}.png`,
    })
    await bob.send('{ viewer { user { id } } }', {}, { 'user-agent': canary })
    const { id } = await bob.say({ conversationId: groupId }, 'before', { idempotencyKey: canary })
    await bob.mutate('hideMessage', { messageId: (await cleo.say({ conversationId: groupId }, 'hidden')).id })
    await bob.mutate('muteConversation', { conversationId: groupId })
    await bob.mutate('updatePreferences', { sound: false, locale: 'de-AT' })
    expect(await erase(bob.userId, `Bob ${canary}`)).toMatchObject({ user: { id: bob.userId, ...FORMER } })

    const contents = JSON.stringify(await tableContents(app.database.adminUrl))
    for (const erased of [canary, bob.externalId, 'de-AT']) expect(contents).not.toContain(erased)
    const { message } = await cleo.run('query ($id: ID!) { message(id: $id) { body author { id name } } }', {
      id,
    })
    expect(message).toEqual({ body: 'before', author: { id: bob.userId, name: 'Former member' } })
    expect((await cleo.run('{ users(search: "former") { nodes { id } } }')).users.nodes).toEqual([])
    const { auditEvents, auditVerification } = await alice.run(
      `query ($actorId: ID!) { auditVerification { problems { detail } }
        auditEvents(first: 50, filter: { actorId: $actorId }) { nodes { address userAgent } } }`,
      { actorId: bob.userId },
    )
    expect(auditVerification.problems).toEqual([])
    expect(auditEvents.nodes.length).toBeGreaterThan(0)
    for (const act of auditEvents.nodes) expect(act).toEqual({ address: null, userAgent: null })
    const kept = await alice.run(
      '{ auditEvents(first: 1, filter: { kinds: ["member.erased"] }) { nodes { objectId actor { id } } } }',
    )
    expect(kept.auditEvents.nodes).toEqual([{ objectId: bob.userId, actor: { id: alice.userId } }])
  })

  test('ends their streams and requests on every node, and tells subscribers', async () => {
    const { bob, cleo } = acme
    const elsewhere = bob.at(other.url)
    await using here = await bob.inbox('... on ConversationActivity { message { id } }')
    await using there = await elsewhere.watch(groupId, '... on MessageSent { message { id } }')
    await using stays = await cleo.watch(groupId, '... on MessageSent { message { body } }')
    expect(await erase(bob.userId, 'Bob Acme')).toMatchObject({ __typename: 'EraseUserPayload' })
    await here.until(({ isComplete }) => isComplete)
    await there.until(({ isComplete }) => isComplete)
    for (const client of [bob, elsewhere])
      await expect
        .poll(async () => (await answerOf(client)).errors?.[0]?.extensions?.code, { timeout: 10_000 })
        .toBe('FORBIDDEN')
    await acme.alice.say({ conversationId: groupId }, 'after')
    expect(await stays.event(({ message }) => message?.body === 'after')).toBeTruthy()
  })

  test('holds against synchronisation by external id or e-mail address, and against their login', async () => {
    const { bob } = acme
    const email = `${bob.externalId}`
    await erase(bob.userId, 'Bob Acme')
    const problem = { detail: 'This person was erased: the external id or e-mail address is theirs.' }
    for (const member of [
      { externalId: bob.externalId, name: 'Bob' },
      { externalId: 'another', name: 'Bob', email },
      { externalId: 'another', name: 'Bob', email: email.toUpperCase() },
    ])
      expect(await sync(member)).toMatchObject({ created: 0, updated: 0, problems: [problem] })
    expect(await sync({ externalId: 'another', name: 'Somebody else' })).toMatchObject({ created: 1 })
    const token = await app.issuer.mint({ subject: bob.externalId, companyId: acme.companyId })
    expect((await answerOf(bob.at(app.url, token))).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  test('is known by keyed hashes, of which those of another company differ', async () => {
    const { gina, companyUuid } = await app.company('Globex', { gina: 'owner' })
    const { externalId, userId } = acme.bob
    await erase(userId, 'Bob Acme')
    const members = [{ externalId, name: 'Bob', email: externalId }]
    const synced = await gina.mutate('syncMembers', { members }, 'created problems { detail }')
    expect(synced).toMatchObject({ created: 1, problems: [] })
    const { users } = await gina.run('{ users(search: "Bob") { nodes { id } } }')
    await erase(users.nodes[0].id, 'Bob', gina)
    const rows = await onDatabase<{ hash: string }>(
      app,
      `select encode(unnest(array[external_id_hash, email_hash]), 'hex') as hash from users
       where company_id = any($1) and erased_at is not null`,
      [[acme.companyUuid, companyUuid]],
    )
    const hashes = new Set(rows.map(({ hash }) => hash))
    expect(hashes.size).toBe(4)
    expect(hashes).not.toContain(createHash('sha256').update(externalId).digest('hex'))
  })

  test('wants the name as it stands, and is done once', async () => {
    const { bob } = acme
    expect(await erase(bob.userId, 'bob acme')).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['confirmName'] }],
    })
    expect((await answerOf(bob)).errors).toBeUndefined()
    await erase(bob.userId, 'Bob Acme')
    for (const name of ['Bob Acme', 'Former member'])
      expect(await erase(bob.userId, name)).toMatchObject({
        __typename: 'ConflictError',
        detail: 'This person is erased already.',
      })
  })

  test('is refused for oneself, the last owner, and somebody who may do more', async () => {
    const { alice, bob, cleo } = acme
    expect(await erase(alice.userId, 'Alice Acme')).toMatchObject({
      __typename: 'ConflictError',
      detail: 'You cannot erase yourself.',
    })
    await sync({ externalId: cleo.externalId, name: 'Cleo Acme', role: 'admin' })
    expect(await erase(alice.userId, 'Alice Acme', cleo)).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
    const { viewer } = await alice.run('{ viewer { permissions } }')
    await alice.mutate('createRole', { name: 'deputy', permissions: viewer.permissions })
    await sync({ externalId: cleo.externalId, name: 'Cleo Acme', role: 'deputy' })
    // An owner who cannot sign in is none.
    await sync({ externalId: bob.externalId, name: 'Bob Acme', role: 'owner', isEnabled: false })
    expect(await erase(alice.userId, 'Alice Acme', cleo)).toMatchObject({
      __typename: 'ConflictError',
      detail: 'This is the last owner: make somebody else an owner first.',
    })
    await sync({ externalId: cleo.externalId, name: 'Cleo Acme', role: 'owner' })
    expect(await erase(alice.userId, 'Alice Acme', cleo)).toMatchObject({ __typename: 'EraseUserPayload' })
  })

  test('wants the permission, and does not reach into another company', async () => {
    const globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
    expect(await erase(globex.greg.userId, 'Greg Globex')).toMatchObject({ __typename: 'NotFoundError' })
    expect(await erase(acme.cleo.userId, 'Cleo Acme', acme.bob)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'MEMBER_MANAGE',
    })
    expect((await answerOf(globex.greg)).errors).toBeUndefined()
  })

  test('waits for legal holds that name the person or cover a message of theirs', async () => {
    const { alice, bob, cleo } = acme
    await bob.say({ conversationId: groupId }, 'evidence')
    const elsewhere = await alice.group('Other', [cleo])
    const hold = async (scope: Data) =>
      (await alice.mutate('createLegalHold', { name: 'Matter', ...scope }, 'hold { id }')).hold.id
    await hold({ conversationId: elsewhere })
    await hold({ from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' })
    for (const scope of [{ userId: bob.userId }, { conversationId: groupId }, { userId: cleo.userId }]) {
      const holdId = await hold(scope)
      expect(await erase(bob.userId, 'Bob Acme')).toMatchObject({ __typename: 'LegalHoldError' })
      await alice.mutate('releaseLegalHold', { holdId, reason: 'Over' })
    }
    expect(await erase(bob.userId, 'Bob Acme')).toMatchObject({ __typename: 'EraseUserPayload' })
  })

  test('waits for a legal hold that is being placed', async () => {
    const { alice, bob } = acme
    await withClient(app.database.adminUrl, async (admin) => {
      await admin.query('begin')
      await admin.query(`select pg_advisory_xact_lock(hashtextextended('purge ' || $1::uuid, 0))`, [
        acme.companyUuid,
      ])
      const placing = alice.mutate('createLegalHold', { name: 'Matter', userId: bob.userId }, 'hold { id }')
      await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)
      const erasing = erase(bob.userId, 'Bob Acme')
      await expect
        .poll(() =>
          onDatabase(
            app,
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%app.lock_purge%' and usename = 'colloquy_system'`,
          ),
        )
        .toHaveLength(1)
      await admin.query('rollback')
      expect(await placing).toMatchObject({ __typename: 'CreateLegalHoldPayload' })
      expect(await erasing).toMatchObject({ __typename: 'LegalHoldError' })
    })
  })

  test('cancels their scheduled broadcasts', async () => {
    const { alice, bob } = acme
    await sync({ externalId: bob.externalId, name: 'Bob Acme', role: 'admin' })
    const at = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00`
    const schedule = { localTime: at, timeZone: 'UTC' }
    await bob.mutate('sendBroadcast', { audience: 'ALL', subject: 'Later', body: 'Not', schedule })
    await erase(bob.userId, 'Bob Acme', alice)
    const rows = await onDatabase(app, 'select status from broadcasts where company_id = $1', [
      acme.companyUuid,
    ])
    expect(rows).toEqual([{ status: 'CANCELLED' }])
  })
})
