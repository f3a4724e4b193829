import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import { tasks } from '../../src/tasks.ts'
import { exported, messagesIn, request } from '../exports/exporting.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { result, startOpa } from '../support/opa.ts'

/** Conversations about "no read" are read by nobody but owners, and so on. */
const rule = (input: Data): boolean =>
  input.user.role === 'owner' || !input.conversation.context.id.includes(`no ${input.action}`)

/** A policy with this rule. */
const policies = {
  async module() {
    const directory = await mkdtemp(join(tmpdir(), 'colloquy-policy-'))
    const module = join(directory, 'rule.mjs')
    await writeFile(module, `export default ${rule}`)
    return { policy: { module }, dispose: () => rm(directory, { recursive: true }) }
  },
  async OPA() {
    const opa = await startOpa()
    opa.answer = (input) => result(rule(input))
    return { policy: { url: opa.url }, dispose: async () => void (await opa[Symbol.asyncDispose]()) }
  },
}

describe.each(['module', 'OPA'] as const)('of a conversation that a policy in a %s denies', (way) => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'sue' | 'una' | 'bob' | 'cal' | 'dan'>
  let dispose: () => Promise<void>
  beforeAll(async () => {
    const made = await policies[way]()
    dispose = made.dispose
    app = await startApp({ tasks, environment: { policy: made.policy } })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await dispose()
  })
  beforeEach(async () => {
    const staff = { ann: 'owner', sue: 'supervisor', una: 'auditor' }
    acme = await app.company('Acme', { ...staff, bob: 'member', cal: 'member', dan: 'member' })
  })

  /** Opens a conversation that two people take part in, and says something there. */
  const say = async (contextId: string, [by, other]: [Client, Client] = [acme.bob, acme.cal]) => {
    const opened = await by.mutate(
      'openContextConversation',
      { type: 'TOPIC', contextId, title: contextId, participantIds: [other.userId] },
      'conversation { id }',
    )
    if (!opened.conversation) throw new Error(JSON.stringify(opened))
    const conversationId: string = opened.conversation.id
    const { id } = await by.say({ conversationId }, `About ${contextId}`)
    return { conversationId, messageId: id as string }
  }
  const report = async (contextId: string) => {
    const { messageId } = await say(contextId)
    await acme.cal.mutate('reportMessage', { messageId, reason: 'SPAM' }, 'message { id }')
    const [found] = await onDatabase<{ id: string }>(
      app,
      'select id from moderation_cases where company_id = $1 order by opened_at desc limit 1',
      [acme.companyUuid],
    )
    return { messageId, caseId: encodeId('ModerationCase', found?.id ?? '') }
  }

  it('no case is shown, decided or told of', async () => {
    const { sue, ann } = acme
    const follow = (by: Client, more = '') =>
      by.subscribe(
        `subscription { moderationEvents { __typename ... on ModerationCaseOpened { cursor ${more} } } }`,
      )
    const text = 'case { message { body } }'
    await using bare = follow(sue)
    await using events = follow(sue, text)
    await using others = follow(ann, text)
    // Until the subscriptions are there.
    let openings = 0
    await expect
      .poll(async () => {
        await report(`opening ${openings++}`)
        return [bare, events, others].every((each) => each.events.length > 0)
      })
      .toBe(true)
    const denied = await report('no moderate')
    const { messageId } = await report('plain')
    const cases = async (by: Client) => {
      const { moderationCases } = await by.run(
        '{ moderationCases(state: OPEN) { nodes { message { id } } } }',
      )
      return moderationCases.nodes.map(({ message }: Data) => message.id)
    }
    const bodies = (of: typeof events) => JSON.stringify(of.events)
    await expect.poll(() => bodies(events)).toContain('About plain')
    await expect.poll(() => bodies(others)).toContain('About plain')
    expect(bodies(events)).not.toContain('no moderate')
    const lastTwo = (of: typeof events) => of.events.slice(-2).map(({ cursor }) => cursor)
    await expect.poll(() => lastTwo(bare)).toEqual(lastTwo(events))
    expect(bodies(others)).toContain('no moderate')
    expect(await cases(sue)).toContain(messageId)
    expect(await cases(sue)).not.toContain(denied.messageId)
    expect(await cases(ann)).toContain(denied.messageId)
    const one = async (by: Client) =>
      (await by.run('query ($id: ID!) { node(id: $id) { id } }', { id: denied.caseId })).node
    expect([await one(sue), await one(ann)]).toEqual([null, { id: denied.caseId }])
    const decide = (by: Client) =>
      by.mutate('decideModerationCase', { caseId: denied.caseId, decision: 'DISMISS', reason: 'Fine' })
    expect((await decide(sue)).__typename).toBe('NotFoundError')
    expect((await decide(ann)).__typename).toBe('DecideModerationCasePayload')
  })

  it('no export holds a message, and no hold tells of it', async () => {
    const { una, ann } = acme
    const denied = await say('no audit')
    const unread = await say('no read', [ann, acme.cal])
    await say('plain')
    const bodiesFor = async (by: Client, input = {}) =>
      messagesIn((await exported(app, by, input)).text).map(({ body }) => body)
    expect((await bodiesFor(una)).sort()).toEqual(['About no read', 'About plain'])
    expect(await bodiesFor(ann)).toHaveLength(3)
    const asked = (conversationId: string) => request(una, { conversationIds: [conversationId] })
    expect((await asked(denied.conversationId)).__typename).toBe('NotFoundError')
    // An auditor who may not read may still audit.
    expect(await bodiesFor(una, { conversationIds: [unread.conversationId] })).toEqual(['About no read'])
    const hold = (by: Client) =>
      by.mutate('createLegalHold', { name: 'Case 7', conversationId: denied.conversationId }, 'hold { id }')
    expect((await hold(una)).__typename).toBe('NotFoundError')
    expect((await hold(ann)).__typename).toBe('CreateLegalHoldPayload')
    const { legalHolds } = await una.run('{ legalHolds { nodes { conversation { title } } } }')
    expect(legalHolds.nodes).toEqual([{ conversation: null }])
  })

  it('the file that somebody else exported is not to be had', async () => {
    await say('no audit')
    const { id, text } = await exported(app, acme.ann)
    expect(text).toContain('About no audit')
    expect(await acme.una.mutate('createExportLink', { exportId: id })).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
  })

  it('nobody is brought to the top of the picker', async () => {
    const { ann, bob, dan } = acme
    await say('plain', [dan, bob])
    await say('no read', [ann, bob])
    const { users } = await bob.run('{ users(first: 2) { nodes { id } } }')
    expect(users.nodes.map(({ id }: Data) => id)).toEqual([dan.userId, ann.userId])
  })
})
