import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import {
  AccessModel,
  type AccessStep,
  accessStep,
  type ModelRule,
  type Name,
  PEOPLE,
  ROLES,
} from './access-model.ts'

const RUNS = 12

describe('random access rules', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await sharedApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('hold alike in pages, previews, counts, search, replay, live events and digests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(accessStep, { minLength: 6, maxLength: 14 }), async (steps) => {
        await using room = await openRoom(app)
        for (const step of steps) await room.take(step)
        for (const viewer of PEOPLE) await room.check(viewer)
      }),
      { numRuns: RUNS },
    )
  }, 240_000)
})

/** A group of all people in a company of its own, and the model of it. */
async function openRoom(app: TestApp) {
  const company: TestCompany<Name> = await app.company('Acme', ROLES)
  const { roles } = await company.ann.run('{ roles { id name } }')
  const model = new AccessModel()
  const ids: string[] = []
  for (const who of PEOPLE) await move(who, model.departments[who])
  const groupId = await company.ann.group(
    'Room',
    PEOPLE.slice(1).map((who) => company[who]),
  )
  const begin = Object.fromEntries(
    await Promise.all(PEOPLE.map(async (who) => [who, await cursorOf(company[who])] as const)),
  )
  const live = await Promise.all(
    PEOPLE.map(async (who) => [who, await company[who].watch(groupId, EVENTS)] as const),
  )

  async function cursorOf(client: Client): Promise<string> {
    const { conversation } = await client.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', {
      id: groupId,
    })
    return conversation.eventsCursor
  }

  async function move(who: Name, department: string | null): Promise<void> {
    const { externalId } = company[who]
    await company.ann.mutate('syncMembers', { members: [{ externalId, name: who, department }] })
    model.departments[who] = department
  }

  const asInput = ({ effect, role, user, department }: ModelRule) => ({
    effect,
    ...(role && { roleId: roles.find((each: Data) => each.name === role).id }),
    ...(user && { userId: company[user].userId }),
    ...(department && { attribute: `department:${department}` }),
  })

  async function take(step: AccessStep): Promise<void> {
    const at = 'at' in step && ids.length > 0 ? step.at % ids.length : undefined
    if (step.do === 'send') {
      const seen = model.seenBy(step.by)
      const parent = step.replyTo === null ? undefined : seen[step.replyTo % Math.max(1, seen.length)]
      const sent = await company[step.by].say({ conversationId: groupId }, `word number${ids.length + 1}`, {
        accessRules: step.rules.map(asInput),
        mentionIds: step.mentions.map((who) => company[who].userId),
        ...(parent && { parentId: ids[parent.seq - 1] }),
      })
      ids.push(sent.id)
      model.send(step, parent?.seq ?? null)
    } else if (step.do === 'read') {
      const upToSeq = model.read(step.by)
      if (upToSeq > 0) await company[step.by].mutate('markRead', { conversationId: groupId, upToSeq })
    } else if (step.do === 'move') {
      await move(step.who, step.to)
    } else if (at !== undefined) {
      const message = model.messages[at]
      if (!message) return
      const author = company[message.author]
      if (step.do === 'restrict') {
        const rules = step.rules.map(asInput)
        await author.mutate('setMessageAccess', { messageId: ids[at], rules })
        message.rules = step.rules
      } else {
        await author.mutate('retractMessage', { messageId: ids[at] })
        message.isRetracted = true
      }
    }
  }

  async function check(viewer: Name): Promise<void> {
    const seen = model.seenBy(viewer)
    const unread = model.unreadOf(viewer)
    const idOf = ({ seq }: { seq: number }) => ids[seq - 1]
    const shown = await company[viewer].run(LOOK, { id: groupId, ids })
    const { conversation, conversations } = shown
    expect(conversation.messages.nodes.map(({ id }: Data) => id)).toEqual(seen.map(idOf))
    expect(conversation.lastMessage?.id).toBe(seen.at(-1) && idOf(seen.at(-1) as { seq: number }))
    expect(conversation.lastSeq).toBe(seen.at(-1)?.seq ?? 0)
    const last = conversation.messages.nodes.at(-1)
    expect(conversation.lastActivityAt).toBe(last?.createdAt ?? conversation.createdAt)
    expect(conversation.unreadCount).toBe(unread.length)
    expect(conversation.unreadFromSeq).toBe(unread[0]?.seq ?? null)
    const mentioning = unread.filter(({ mentions }) => mentions.includes(viewer))
    expect(conversation.hasUnreadMention).toBe(mentioning.length > 0)
    expect(shown.viewer.unread).toEqual({ total: unread.length, mentions: mentioning.length })
    expect(conversations.nodes).toMatchObject([
      { unreadCount: unread.length, lastMessage: conversation.lastMessage },
    ])
    expect(shown.nodes.map((node: Data) => node?.id ?? null)).toEqual(
      model.messages.map((message) => (model.sees(viewer, message) ? idOf(message) : null)),
    )
    for (const [index, message] of seen.entries()) {
      const { parent, replyCount } = conversation.messages.nodes[index]
      const original = message.replyTo === null ? undefined : model.messages[message.replyTo - 1]
      expect(parent?.id ?? null).toBe(original && model.sees(viewer, original) ? idOf(original) : null)
      expect(replyCount).toBe(seen.filter(({ replyTo }) => replyTo === message.seq).length)
    }
    const found = shown.searchMessages.nodes.map(({ id }: Data) => id).sort()
    expect(found).toEqual(
      seen
        .filter(({ isRetracted }) => !isRetracted)
        .map(idOf)
        .sort(),
    )
    await checkReplay(viewer, seen.map(idOf) as string[])
    expect(await untold(company[viewer])).toEqual(unread.map(({ seq }) => seq))
  }

  /** Events that were missed show all messages that the viewer sees now, and no others. */
  async function checkReplay(viewer: Name, expected: string[]): Promise<void> {
    const done = await company.ann.mutate('updateGroup', { groupId, title: `Until ${viewer}` })
    expect(done.__typename).toBe('UpdateGroupPayload')
    const isLast = ({ conversation }: Data) => conversation?.title === `Until ${viewer}`
    const named = (events: Data[]) => [
      ...new Set(events.flatMap(({ message }) => (message ? [message.id] : []))),
    ]
    await using replayed = await company[viewer].watch(groupId, EVENTS, begin[viewer])
    await replayed.event(isLast)
    expect(named(replayed.events).sort()).toEqual([...expected].sort())
    const [, watched] = live.find(([who]) => who === viewer) ?? []
    await watched?.event(isLast)
    // A rule that takes a message from somebody is told; moving to another department is not.
    const sight = new Set<string>()
    for (const { __typename, message, messageId } of watched?.events ?? []) {
      if (__typename === 'MessageSent') sight.add(message.id)
      if (__typename === 'MessageAccessLost') sight.delete(messageId)
    }
    if (!hasMoved) expect([...sight].sort()).toEqual([...expected].sort())
  }

  async function untold(client: Client): Promise<number[]> {
    const system = app.application.services.database.forSystem(company.companyUuid)
    const rows = await system.prisma.$queryRaw<{ seq: number }[]>`
      select m.seq from app.untold_messages(${client.uuid}::uuid) m
      where m.conversation_id = ${decodeId(groupId)?.uuid}::uuid order by m.seq`
    return rows.map(({ seq }) => seq)
  }

  let hasMoved = false
  return {
    async take(step: AccessStep) {
      hasMoved ||= step.do === 'move'
      await take(step)
    },
    check,
    async [Symbol.asyncDispose]() {
      for (const [, recorder] of live) await recorder[Symbol.asyncDispose]()
    },
  }
}

const EVENTS = `... on MessageSent { message { id } } ... on MessageEdited { message { id } }
  ... on MessageRetracted { message { id } } ... on MessageAccessLost { messageId seq }
  ... on ConversationChanged { conversation { title } }`
const LOOK = `query ($id: ID!, $ids: [ID!]!) {
  conversation(id: $id) { lastSeq lastActivityAt createdAt unreadCount unreadFromSeq hasUnreadMention lastMessage { id }
    messages { nodes { id createdAt replyCount parent { id } } } }
  conversations { nodes { unreadCount lastMessage { id } } }
  viewer { unread { total mentions } }
  nodes(ids: $ids) { id }
  searchMessages(text: "word") { nodes { id } }
}`
