import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MODERATION } from '../../src/events/cursor.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { sharedApp } from '../support/shared-app.ts'
import { cursorOfNow } from '../support/stored-events.ts'
import { CASE } from './moderated-company.ts'

describe('reports of messages', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal' | 'dan'>
  let groupId: string
  beforeAll(async () => {
    app = await sharedApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', {
      ann: 'owner',
      sue: 'supervisor',
      bob: 'member',
      cal: 'member',
      dan: 'member',
    })
    groupId = await acme.bob.group('Team', [acme.cal, acme.dan])
  })

  const report = (by: Client, messageId: string, more: Record<string, unknown> = {}) =>
    by.mutate('reportMessage', { messageId, reason: 'SPAM', ...more }, 'message { id }')
  const cases = async () =>
    (await acme.sue.run(`{ moderationCases { nodes { ${CASE} } } }`)).moderationCases.nodes
  const followFromNow = async (by: Client) => follow(by, await cursorOfNow(app, acme, by, MODERATION))
  const follow = (by: Client, after?: string) =>
    by.subscribe(
      `subscription ($after: String) { moderationEvents(after: $after) { __typename
        ... on ModerationCaseOpened { cursor case { id kind state message { id } } }
        ... on ModerationCaseDecided { cursor case { id state reason } } } }`,
      { after },
    )

  it('of one message are in one case, one of each person, and tell moderators once', async () => {
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Buy')
    await using events = await followFromNow(acme.sue)
    await using others = await followFromNow(acme.ann)
    await report(acme.cal, (await acme.bob.say({ conversationId: groupId }, 'Before')).id)
    await Promise.all([acme.cal, acme.dan, acme.cal, acme.dan, acme.dan].map((by) => report(by, id)))
    await report(acme.dan, (await acme.bob.say({ conversationId: groupId }, 'After')).id)
    await events.count(3)
    await others.count(3)
    expect(events.events.map((event) => event.case.message.id)[1]).toBe(id)
    const [, found] = await cases()
    expect(
      found.reports.nodes.map(({ reporter }: { reporter: { id: string } }) => reporter.id).sort(),
    ).toEqual([acme.cal.userId, acme.dan.userId].sort())
    expect(others.events).toHaveLength(3)
  })

  it('and decisions reach moderators from a cursor on, and nobody else', async () => {
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Buy')
    await using events = await followFromNow(acme.sue)
    const sent = await acme.bob.say({ conversationId: groupId }, 'Before')
    await report(acme.cal, sent.id)
    const [first] = await events.count(1)
    await report(acme.cal, id)
    const [, found] = await cases()
    await acme.ann.mutate('decideModerationCase', { caseId: found.id, decision: 'DISMISS', reason: 'Fine' })
    await using again = follow(acme.ann, undefined)
    await using resumed = follow(acme.sue, first.cursor)
    const [opened, decided] = await resumed.count(2)
    expect(opened).toMatchObject({
      __typename: 'ModerationCaseOpened',
      case: { id: found.id, kind: 'REPORTED' },
    })
    expect(decided).toMatchObject({
      __typename: 'ModerationCaseDecided',
      case: { id: found.id, state: 'DISMISSED', reason: 'Fine' },
    })
    expect(again.events).toEqual([])
    await using denied = follow(acme.bob)
    expect(await denied.rejection()).toMatchObject({ extensions: { code: 'FORBIDDEN' } })
    await using foreign = follow(acme.ann, first.cursor)
    expect(await foreign.rejection()).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } })
  })

  it('are no longer told to a moderator who has become a member', async () => {
    await using events = await followFromNow(acme.sue)
    await report(acme.cal, (await acme.bob.say({ conversationId: groupId }, 'Before')).id)
    await events.count(1)
    await acme.ann.mutate('syncMembers', {
      members: [{ externalId: acme.sue.externalId, name: 'Sue', role: 'member' }],
    })
    await using others = await followFromNow(acme.ann)
    await report(acme.cal, (await acme.bob.say({ conversationId: groupId }, 'After')).id)
    await report(acme.dan, (await acme.bob.say({ conversationId: groupId }, 'Later')).id)
    await others.count(1)
    expect(events.events).toHaveLength(1)
    expect((await acme.sue.send('{ moderationCases { nodes { id } } }')).errors?.[0]?.extensions?.code).toBe(
      'FORBIDDEN',
    )
  })

  it('are not of own, unseen or retracted messages', async () => {
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Buy')
    expect(await report(acme.bob, id)).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'You cannot report a message of your own.',
    })
    expect(await report(acme.sue, id)).toMatchObject({ __typename: 'NotFoundError' })
    await acme.bob.mutate('retractMessage', { messageId: id })
    expect(await report(acme.cal, id)).toMatchObject({
      __typename: 'InvalidInputError',
      detail: 'The message has been retracted already.',
    })
    expect(await report(acme.cal, id, { note: 'x'.repeat(1_001) })).toMatchObject({
      __typename: 'InvalidInputError',
    })
    expect(await cases()).toEqual([])
  })

  it('keep their notes and reasons encrypted', async () => {
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Buy')
    await report(acme.cal, id, { note: 'canary note' })
    const [found] = await cases()
    await acme.ann.mutate('decideModerationCase', {
      caseId: found.id,
      decision: 'DISMISS',
      reason: 'canary reason',
    })
    const rows = await onDatabase(
      app,
      `select encode(r.note, 'escape') || encode(c.reason, 'escape') as stored
        from message_reports r join moderation_cases c on c.company_id = r.company_id and c.id = r.case_id`,
    )
    expect(JSON.stringify(rows)).not.toContain('canary')
    expect((await cases())[0].reason).toBe('canary reason')
  })

  it('are refused for a while from one person who floods', async () => {
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Buy')
    const document = `mutation ($input: ReportMessageInput!) { reportMessage(input: $input) { __typename } }`
    const answers = []
    for (let times = 0; times < 11; times += 1)
      answers.push(await acme.cal.send(document, { input: { messageId: id, reason: 'SPAM' } }))
    expect(answers.at(-1)?.errors?.[0]?.extensions?.code).toBe('RATE_LIMITED')
    expect((await cases())[0].reports.nodes).toHaveLength(1)
  })

  it('of other companies are not found', async () => {
    const globex = await app.company('Globex', { gus: 'owner' })
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Buy')
    await report(acme.cal, id)
    const [found] = await cases()
    expect(await report(globex.gus, id)).toMatchObject({ __typename: 'NotFoundError' })
    const decision = { caseId: found.id, decision: 'RETRACT', reason: 'No' }
    expect(await globex.gus.mutate('decideModerationCase', decision)).toMatchObject({
      __typename: 'NotFoundError',
    })
    const { moderationCases, node } = await globex.gus.run(
      'query ($id: ID!) { moderationCases { nodes { id } } node(id: $id) { id } }',
      { id: found.id },
    )
    expect({ moderationCases, node }).toEqual({ moderationCases: { nodes: [] }, node: null })
    expect((await acme.bob.run('query ($id: ID!) { node(id: $id) { id } }', { id: found.id })).node).toBe(
      null,
    )
  })
})
