import {
  execute,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isListType,
  isObjectType,
  isScalarType,
  isUnionType,
  parse,
} from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '../../src/context.ts'
import { perViewerOf } from '../../src/graphql/per-viewer-plugin.ts'
import { decodeId } from '../../src/ids.ts'
import type { MessageRow } from '../../src/messages/message-row.ts'
import { schema } from '../../src/pipeline/schema.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import { sharedApp } from '../support/shared-app.ts'

/** How deep below an event fields are looked at. */
const DEPTH = 3
const STREAMS = { conversationEvents: 'ConversationEvent', inboxEvents: 'InboxEvent' }

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let viewers: Context[]
let values: Record<string, object>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  const { alice, bob, carol } = acme
  const conversationId = await alice.group('Team', [bob, carol])
  const parent = await alice.say({ conversationId }, 'asked')
  const mine = await alice.say({ conversationId }, 'answered', {
    parentId: parent.id,
    clientMessageId: 'own',
    mentionIds: [bob.userId],
  })
  await carol.say({ conversationId }, 'reply', { parentId: mine.id })
  const hidden = await carol.say({ conversationId }, 'hidden by one', { parentId: mine.id })
  await bob.mutate('setReaction', { messageId: mine.id, emoji: '👍', on: true })
  await bob.mutate('hideMessage', { messageId: hidden.id })
  await bob.mutate('hideMessage', { messageId: parent.id })
  await bob.say({ conversationId }, 'own')
  await bob.mutate('muteConversation', { conversationId })
  await carol.mutate('markRead', { conversationId })
  viewers = await Promise.all([alice, bob].map((client) => contextOf(app, acme.companyUuid, client)))
  values = await valuesOf(uuidOf(conversationId), uuidOf(mine.id))
})
afterAll(() => app[Symbol.asyncDispose]())

const uuidOf = (id: string) => decodeId(id)?.uuid ?? ''

/** One value of every type of event, as two people may be told of it alike. */
async function valuesOf(conversationId: string, messageId: string): Promise<Record<string, object>> {
  const message = (await viewers[0]?.loaders.message.load(messageId)) as MessageRow
  const userId = acme.carol.uuid
  return {
    MessageSent: { message },
    MessageEdited: { message },
    MessageRetracted: { message },
    MessageHidden: { messageId },
    MessageAccessLost: { messageId, seq: 1 },
    ReactionsChanged: { message },
    TypingChanged: { userId, typing: true },
    ReceiptAdvanced: { userId, status: 'READ', upToSeq: 1, at: new Date(0) },
    ParticipantsChanged: { conversationId, joinedIds: [userId], leftIds: [userId] },
    ConversationChanged: { conversationId },
    ConversationAudited: { conversationId, auditorId: userId, at: new Date(0) },
    ConversationRemoved: { conversationId },
    Discontinuity: {},
    ConversationActivity: { conversationId, message, own: false },
    ConversationRead: { conversationId },
    InboxConversationChanged: { conversationId },
    HeldMessageDecided: { message },
    // Of a broadcast everything depends on the viewer: nothing of it is asked for here.
    BroadcastReceived: { broadcastId: conversationId, own: true },
  }
}

/** Everything that can be asked of the type without arguments; of a broadcast nothing. */
function selectionOf(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(({ type: of }) => String(of).endsWith('!'))) return []
    const inner = getNamedType(field.type as GraphQLOutputType)
    if (isScalarType(inner) || isEnumType(inner)) return [field.name]
    const isPageBySide = ['edges', 'pageInfo'].includes(field.name)
    if (!isObjectType(inner) || inner.name === 'Broadcast' || isPageBySide || depth === 0) return []
    const selection = selectionOf(inner, depth - 1)
    return selection ? [`${field.name} { ${selection} }`] : []
  })
  return fields.join(' ')
}

/** The paths, as type and field, whose values differ; below a declared field nothing is looked at. */
function differences(
  type: GraphQLObjectType,
  one: Data,
  other: Data,
): { field: string; isDeclared: boolean }[] {
  return Object.keys(one ?? {}).flatMap((key) => {
    const field = type.getFields()[key]
    if (!field || JSON.stringify(one[key]) === JSON.stringify(other?.[key])) return []
    if (perViewerOf(field) !== false) return [{ field: `${type.name}.${key}`, isDeclared: true }]
    const inner = getNamedType(field.type)
    const isSame = isListType(field.type) || !one[key] || !other?.[key] || !isObjectType(inner)
    return isSame
      ? [{ field: `${type.name}.${key}`, isDeclared: false }]
      : differences(inner, one[key], other[key])
  })
}

async function show(root: string, type: GraphQLObjectType, context: Context): Promise<Data> {
  const args = root === 'conversationEvents' ? '(conversationId: "any")' : ''
  const document = parse(
    `subscription { ${root}${args} { ... on ${type.name} { ${selectionOf(type, DEPTH)} } } }`,
  )
  const rootValue = { type: type.name, position: 1, stream: 'any', ...values[type.name] }
  const { data, errors } = await execute({ schema, document, rootValue, contextValue: context })
  expect(errors, `${type.name} could not be shown`).toBeUndefined()
  return data?.[root]
}

it('no field of an event differs between two viewers but those that are declared to', async () => {
  const found = []
  for (const [root, name] of Object.entries(STREAMS)) {
    const union = schema.getType(name)
    if (!isUnionType(union)) throw new Error(`${name} is no union.`)
    for (const type of union.getTypes()) {
      expect(values[type.name], `There is no value of ${type.name}.`).toBeDefined()
      const [one, other] = await Promise.all(viewers.map((context) => show(root, type, context)))
      found.push(...differences(type, one, other))
    }
  }
  expect(found.filter(({ isDeclared }) => !isDeclared)).toEqual([])
  // The two are different enough for the rest to mean something.
  expect([...new Set(found.map(({ field }) => field))]).toEqual(
    expect.arrayContaining([
      'MessageSent.cursor',
      'ConversationActivity.unread',
      'Message.parent',
      'Message.replyCount',
      'Message.status',
      'Message.reactions',
      'Message.clientMessageId',
      'Conversation.unreadCount',
      'Conversation.isMuted',
    ]),
  )
})
