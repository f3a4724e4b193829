import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { type Opa, type OpaAnswer, result, startOpa } from '../support/opa.ts'

describe('a decision of a policy at an address', () => {
  let opa: Opa
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob' | 'cal'>
  beforeAll(async () => {
    opa = await startOpa()
    app = await startApp({ environment: { policy: { url: opa.url } } })
    acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await opa[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    opa.answer = () => result(true)
    opa.asked.length = 0
  })

  /** Opens the conversation about an object of this id, and returns its id. */
  const open = async (by: Client, contextId: string, more = {}): Promise<string> => {
    const opened = await by.mutate(
      'openContextConversation',
      { type: 'TOPIC', contextId, ...more },
      'conversation { id }',
    )
    return opened.conversation.id
  }
  const sees = async (viewer: Client, id: string): Promise<boolean> =>
    (await viewer.run('query ($id: ID!) { conversation(id: $id) { id } }', { id })).conversation !== null
  const isOf = (person: Client) => (input: Data) => input.user.id === person.userId

  it('that is true lets the conversation be seen', async () => {
    const id = await open(acme.bob, 'allowed')
    expect(await sees(acme.cal, id)).toBe(true)
  })

  it.each<[answer: string, answer: OpaAnswer]>([
    ['false', result(false)],
    ['the text true', result('true')],
    ['the number 1', result(1)],
    ['an object that allows', result({ allow: true })],
    ['a list', result([true])],
    ['nothing, as for an undefined rule', { body: '{}' }],
    ['no object', { body: 'true' }],
    ['no JSON', { body: '{"result":true' }],
    ['an empty body', { body: '' }],
    ['true with status 500', { status: 500, body: '{"result":true}' }],
    ['true with status 404', { status: 404, body: '{"result":true}' }],
    ['more than a decision needs', { body: JSON.stringify({ result: true, why: 'x'.repeat(20_000) }) }],
    ['a redirect to an address that allows', { redirect: '/allows' }],
    ['a broken connection', 'breaks'],
    ['no answer at all', 'hangs'],
  ])('that is %s denies', async (name, answer) => {
    const id = await open(acme.bob, name)
    opa.answer = (input) => (isOf(acme.cal)(input) ? answer : result(true))
    expect(await sees(acme.cal, id)).toBe(false)
    expect(await sees(acme.bob, id)).toBe(true)
  })

  it('is made from person, company, context, sensitivity and time, and from no text', async () => {
    await acme.ann.mutate('syncMembers', {
      members: [{ externalId: acme.cal.externalId, name: 'Cal Acme', department: 'Finance' }],
    })
    const id = await open(acme.bob, 'facts', { sensitivity: 'CONFIDENTIAL', title: 'Never told' })
    await acme.bob.say({ conversationId: id }, 'Never told either')
    await sees(acme.cal, id)
    const asked = opa.asked.find(
      (input) => isOf(acme.cal)(input) && input.conversation.context.id === 'facts',
    )
    expect(asked).toEqual({
      action: 'read',
      company: { id: acme.companyId, externalId: expect.any(String) },
      user: {
        id: acme.cal.userId,
        externalId: acme.cal.externalId,
        role: 'member',
        department: 'Finance',
      },
      conversation: {
        kind: 'CONTEXT',
        context: { type: 'TOPIC', id: 'facts' },
        sensitivity: 'CONFIDENTIAL',
      },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    expect(JSON.stringify(opa.asked)).not.toContain('Never told')
  })

  it('is not asked about conversations without context and sensitivity', async () => {
    const other = await app.company('Plain', { pia: 'owner', pat: 'member' })
    opa.answer = () => result(false)
    const groupId = await other.pia.group('Team', [other.pat])
    await other.pia.say({ recipientId: other.pat.userId }, 'Here')
    expect(await sees(other.pat, groupId)).toBe(true)
    const { conversations } = await other.pat.run('{ conversations { nodes { id } } }')
    expect(conversations.nodes).toHaveLength(2)
    expect(opa.asked).toEqual([])
  })

  it('is asked for once, however many want it at once', async () => {
    const id = await open(acme.bob, 'once')
    opa.asked.length = 0
    const seen = await Promise.all(Array.from({ length: 20 }, () => sees(acme.ann, id)))
    expect(seen).toEqual(Array.from({ length: 20 }, () => true))
    const asked = opa.asked.filter(
      (input) => isOf(acme.ann)(input) && input.conversation.context.id === 'once',
    )
    expect(asked).toHaveLength(1)
  })

  it('is counted, and one that could not be had is logged once a minute', async () => {
    const id = await open(acme.bob, 'counted')
    opa.answer = (input) => (isOf(acme.bob)(input) ? result(true) : 'breaks')
    await Promise.all([sees(acme.ann, id), sees(acme.cal, id)])
    const text = await (await fetch(`${app.url}/metrics`)).text()
    const count = (outcome: string) =>
      Number(new RegExp(`policy_decisions_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1])
    expect(count('allowed')).toBeGreaterThan(0)
    expect(count('denied')).toBeGreaterThan(0)
    expect(count('failed')).toBeGreaterThan(1)
    expect(text).toMatch(/colloquy_policy_seconds_count [1-9]/)
    const warnings = app.logged.filter(({ msg }) => String(msg).startsWith('the policy could not be asked'))
    expect(warnings).toHaveLength(1)
  })

  it('keeps auditors from a conversation as well, in lists and by its id', async () => {
    const id = await open(acme.bob, 'audited')
    const audited = async () => {
      const { one, all } = await acme.ann.run(
        'query ($id: ID!) { one: auditConversation(id: $id) { id } all: auditConversations { nodes { id } } }',
        { id },
      )
      return [one !== null, all.nodes.some((each: Data) => each.id === id)]
    }
    opa.answer = (input) => result(input.action !== 'audit')
    expect(await audited()).toEqual([false, false])
    const allowed = await open(acme.bob, 'audited, too')
    opa.answer = () => result(true)
    expect(
      (await acme.ann.run('query ($id: ID!) { auditConversation(id: $id) { id } }', { id: allowed }))
        .auditConversation,
    ).toEqual({ id: allowed })
  })
})
