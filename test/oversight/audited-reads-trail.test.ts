import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { failWrites } from '../support/failing-writes.ts'
import { audit, auditedReads, type ReadCompany, readCompany } from './audited-company.ts'

describe('the trail of reads of auditors', () => {
  let app: TestApp
  let company: ReadCompany
  let acme: ReadCompany['acme']
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    company = await readCompany(app)
    acme = company.acme
  })

  it.each<[way: string, selection: string, parts: object[]]>([
    ['a conversation', 'title participants { nodes { user { id } } }', []],
    ['its last message', 'lastMessage { body }', [{ part: 'lastMessage' }]],
    [
      'a page of messages',
      'messages(first: 2) { nodes { body } }',
      [{ part: 'messages', fromSeq: 1, toSeq: 2, count: 2 }],
    ],
    [
      'two pages of messages',
      'a: messages(first: 1) { nodes { body } } b: messages(last: 1) { nodes { body } }',
      [
        { part: 'messages', fromSeq: 1, toSeq: 1, count: 1 },
        { part: 'messages', fromSeq: 6, toSeq: 6, count: 1 },
      ],
    ],
    [
      'replies',
      'messages(first: 1) { nodes { replies { nodes { body } } } }',
      [{ part: 'messages' }, { part: 'replies', count: 1 }],
    ],
    [
      'replies to replies',
      'messages(first: 1) { nodes { replies(subtree: true) { nodes { body } } } }',
      [{ part: 'messages' }, { part: 'replies', count: 1 }],
    ],
    [
      'a parent',
      'messages(last: 1) { nodes { parent { body } } }',
      [{ part: 'messages' }, { part: 'parent' }],
    ],
    [
      'revisions',
      'messages(aroundSeq: 2, first: 1) { nodes { revisions { nodes { body } } } }',
      [{ part: 'messages' }, { part: 'revisions', count: 1 }],
    ],
    [
      'messages of the conversation of a message',
      'lastMessage { conversation { messages(first: 3) { nodes { body } } lastMessage { id } } }',
      [{ part: 'lastMessage' }, { part: 'lastMessage' }, { part: 'messages', count: 3 }],
    ],
    [
      'messages below those that were reached otherwise',
      'messages(first: 1) { nodes { replies { nodes { parent { conversation { messages(first: 1) { nodes { id } } } } } } } }',
      [{ part: 'messages' }, { part: 'replies' }, { part: 'parent' }, { part: 'messages' }],
    ],
  ])('tells of %s', async (_way, selection, parts) => {
    await audit(acme.aud, company.groupId, selection)
    const reads = await auditedReads(acme)
    // Parts that are read at once are recorded in any order.
    const keyOf = ({ part, fromSeq = '' }: Data) => `${part} ${fromSeq}`
    const inOrder = (details: Data[]) =>
      details.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)))
    expect(inOrder(reads.map(({ detail }) => detail))).toMatchObject(
      inOrder([{ part: 'conversation' }, ...parts]),
    )
    for (const read of reads)
      expect(read).toMatchObject({
        kind: 'conversation.audited',
        actor: { id: acme.aud.userId },
        objectId: company.groupId,
        conversationId: company.groupId,
      })
    expect(reads).toHaveLength(parts.length + 1)
  })

  it('tells of pages of the list without what was searched for, and of what is read below it', async () => {
    await acme.aud.run(
      `query ($userId: ID) { auditConversations(userId: $userId, search: "Team") {
        nodes { lastMessage { body } messages(first: 1) { nodes { body } } } } }`,
      { userId: acme.cal.userId },
    )
    const reads = await auditedReads(acme)
    expect(reads).toMatchObject([
      {
        kind: 'conversations.audited',
        objectId: null,
        detail: { userId: acme.cal.uuid, isSearch: true, count: 1 },
      },
      { kind: 'conversation.audited', conversationId: company.groupId },
      { kind: 'conversation.audited', conversationId: company.groupId },
    ])
    expect(JSON.stringify(reads)).not.toContain('Team')
  })

  it('names nobody of another company, whom an auditor asked for', async () => {
    const { gus } = await app.company('Globex', { gus: 'owner' })
    const { auditConversations } = await acme.aud.run(
      'query ($userId: ID) { auditConversations(userId: $userId) { nodes { id } } }',
      { userId: gus.userId },
    )
    expect(auditConversations.nodes).toEqual([])
    expect(await auditedReads(acme)).toMatchObject([
      { kind: 'conversations.audited', detail: { userId: null, count: 0 } },
    ])
  })

  it('is written before the answer: while it cannot be, nothing is answered', async () => {
    const list = '{ auditConversations { nodes { title lastMessage { body } } } }'
    const one = 'query ($id: ID!) { auditConversation(id: $id) { title messages { nodes { body } } } }'
    {
      await using _failing = await failWrites(app, 'audit_events', [acme.companyUuid])
      for (const document of [list, one]) {
        const answer = await acme.aud.send(document, { id: company.groupId })
        expect(answer.errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR')
        expect(JSON.stringify(answer)).not.toMatch(/Team|First/)
      }
    }
    expect(await auditedReads(acme)).toEqual([])
    expect(await acme.aud.run(one, { id: company.groupId })).toMatchObject({
      auditConversation: { title: 'Team' },
    })
  })

  const part = (name: string) => `new.detail ->> 'part' = '${name}'`
  const oneOf = (selection: string) => `query ($id: ID!) { auditConversation(id: $id) { ${selection} } }`
  it.each<[read: string, recording: string, document: string, text: string]>([
    [
      'a page of the list',
      `new.kind = 'conversations.audited'`,
      '{ auditConversations { nodes { title } } }',
      'Team',
    ],
    ['a conversation', part('conversation'), oneOf('title'), 'Team'],
    ['its last message', part('lastMessage'), oneOf('lastMessage { body }'), 'A reply'],
    ['a page of messages', part('messages'), oneOf('messages(first: 1) { nodes { body } }'), 'First'],
    [
      'replies',
      part('replies'),
      oneOf('messages(first: 1) { nodes { replies { nodes { body } } } }'),
      'A reply',
    ],
    ['a parent', part('parent'), oneOf('messages(last: 1) { nodes { parent { body } } }'), 'First'],
    [
      'revisions',
      part('revisions'),
      oneOf('messages(aroundSeq: 2, first: 1) { nodes { revisions { nodes { body } } } }'),
      'Draft',
    ],
    [
      'texts of the last 24 hours',
      `new.kind = 'state.read'`,
      '{ messagingState { recentMessages { nodes { body } } } }',
      'First',
    ],
  ])('lets nothing of %s be answered while the recording of that alone fails', async (...row) => {
    const [, recording, document, text] = row
    const send = () => acme.ann.send(document, { id: company.groupId })
    {
      await using _failing = await failWrites(app, 'audit_events', [acme.companyUuid], recording)
      const answer = await send()
      expect(answer.errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR')
      expect(JSON.stringify(answer)).not.toContain(text)
    }
    expect(JSON.stringify(await send())).toContain(text)
  })

  it('has an event of each time that an operation is repeated, also where its document is known', async () => {
    for (let time = 0; time < 3; time += 1)
      await audit(acme.aud, company.groupId, 'messages { nodes { body } }')
    expect(await auditedReads(acme)).toHaveLength(6)
  })

  it('tells participants where the company wants it, once an hour', async () => {
    const selection = '... on ConversationAudited { conversation { id } auditor { id } at cursor }'
    await using conversation = await acme.bob.watch(company.groupId, selection)
    await using inbox = await acme.cal.inbox(selection)
    await using bystander = await acme.sue.inbox(selection)
    await audit(acme.aud, company.groupId, 'messages { nodes { id } }')
    const visible = async (auditReadsVisible: boolean) =>
      acme.ann.mutate(
        'updateCompanySettings',
        { auditReadsVisible },
        'company { settings { auditReadsVisible } }',
      )
    expect(await visible(true)).toMatchObject({ company: { settings: { auditReadsVisible: true } } })
    await audit(acme.aud, company.groupId, 'messages { nodes { id } }')
    await audit(acme.aud, company.groupId)
    await audit(acme.ann, company.groupId)
    await visible(false)
    await audit(acme.aud, company.groupId)
    await acme.bob.say({ conversationId: company.groupId }, 'The last')
    for (const [recorder, last] of [
      [conversation, 'MessageSent'],
      [inbox, 'ConversationActivity'],
    ] as const) {
      await recorder.event(({ __typename: type }) => type === last)
      const told = recorder.events.filter(({ __typename: type }) => type === 'ConversationAudited')
      expect(told).toMatchObject([
        { conversation: { id: company.groupId }, auditor: { id: acme.aud.userId } },
        { conversation: { id: company.groupId }, auditor: { id: acme.ann.userId } },
      ])
    }
    expect(bystander.events).toEqual([])
    const reads = await auditedReads(acme, { conversationId: company.groupId })
    expect(reads.map(({ detail }) => detail.told ?? false)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ])
  })
})
