import { readFile } from 'node:fs/promises'
import { buildSchema, type GraphQLInterfaceType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { nodeTypes } from '../../src/ids.ts'
import { printWithDirectives } from '../../src/pipeline/print-schema.ts'
import { schema } from '../../src/pipeline/schema.ts'
import {
  deprecated,
  lists,
  misnamedConnections,
  misspelt,
  misTypedIds,
  openRootFields,
  unclearSubscriptions,
  undescribed,
  unusualMutations,
} from './schema-rules.ts'

/** Lists that cannot grow beyond what is said here; all others are connections. */
const BOUNDED: Record<string, string> = {
  'AcknowledgeDeliveryPayload.conversations': 'as many as were acknowledged, at most 1,000',
  'AuditProof.path': 'as long as the logarithm of the number of events',
  'AuditVerification.problems': 'at most 100',
  'Broadcast.attachments': 'at most 10',
  'CompanySettings.sendLimits': 'at most 4',
  'Conversation.allowedActions': 'as many as there are actions',
  'Conversation.departments': 'at most 100',
  'GuestMessage.counts': 'as many as there are statuses',
  'InputIssue.path': 'as deep as an input',
  'InvalidInputError.issues': 'as many as an input has fields and items',
  'Message.accessRules': 'at most 50',
  'Message.allowedActions': 'as many as there are actions',
  'Message.attachments': 'at most 10',
  'Message.mentions': 'at most 100',
  'Message.reactions': '20 kinds',
  'MessagingState.topSenders': 'at most 10',
  'ModerationCase.signals': 'as many as there are signals',
  'ParticipantsChanged.joined': 'at most 100',
  'ParticipantsChanged.left': 'at most 100',
  'Query.companies': 'companies of one person',
  'Query.contextConversations': 'as many as were asked for, at most 100',
  'Query.nodes': 'as many as were asked for, at most 100',
  'Query.presence': 'as many as were asked for, at most 100, or 500 contacts',
  'Query.roles': "a company's roles",
  'Role.permissions': 'as many as there are permissions',
  'ServerInfo.features': 'as many as there are parts of the API',
  'SmsSettings.stopWords': 'at most 50',
  'SpamSettings.blockedDomains': 'at most 200',
  'SpamSettings.redirectors': 'at most 200',
  'SpamWarning.signals': 'as many as there are signals',
  'SyncMembersPayload.problems': 'as many as there were rows, at most 1,000',
  'UpsertGuestsPayload.problems': 'as many as there were rows, at most 1,000',
  'Viewer.companies': "one person's companies",
  'Viewer.permissions': 'as many as there are permissions',
}

/** Breaks every rule once. */
const careless = buildSchema(`
  type Query { user: User Roles: [String] }
  type Mutation { rename(id: Int): User sendNote(input: SendNoteInput!): SendNoteResult! }
  type Subscription { noteSent: ID }
  type User { name: String @deprecated(reason: "old") friends: [User!]! userId: String! }
  input SendNoteInput { body: String }
  union SendNoteResult = User
  type NoteConnection { nodes: [User] }
  enum color { Red DARK_BLUE }
`)

describe('the schema', () => {
  it('is printed in schema.graphql', async () => {
    const committed = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8')
    expect(committed, 'schema.graphql is not what the code says: run npm run schema').toBe(
      printWithDirectives(schema),
    )
  })

  it('describes every element', () => {
    expect(undescribed(schema)).toEqual([])
    expect(undescribed(careless)).toEqual(
      expect.arrayContaining([
        'User',
        'User.name',
        'Mutation.rename(id:)',
        'SendNoteInput.body',
        'color.Red',
      ]),
    )
  })

  it('deprecates nothing', () => {
    expect(deprecated(schema)).toEqual([])
    expect(deprecated(careless)).toEqual(['User.name'])
  })

  it('spells types, fields and enum values as their kind is spelt', () => {
    expect(misspelt(schema)).toEqual([])
    expect(misspelt(careless)).toEqual(['Query.Roles', 'color', 'color.Red'])
  })

  it('types every id as ID, and nothing else', () => {
    expect(misTypedIds(schema)).toEqual([])
    expect(misTypedIds(careless).sort()).toEqual([
      'Mutation.rename(id:): Int',
      'Subscription.noteSent: ID',
      'User.userId: String!',
    ])
  })

  it('reads the ids of every node, and of nothing else', () => {
    const nodes = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType)
    expect(nodes.map(({ name }) => name).sort()).toEqual([...nodeTypes].sort())
  })

  it('gives each mutation one input, a result of its own and a rate limit', () => {
    expect(unusualMutations(schema)).toEqual([])
    expect(unusualMutations(careless)).toEqual([
      'rename takes (id: Int)',
      'rename returns User',
      'rename has no @rateLimit',
      'rename does not return a union',
      'sendNote has no @rateLimit',
      'sendNote can return User, which is no UserError',
      'sendNote cannot return SendNotePayload',
      'sendNote cannot return PermissionDeniedError',
    ])
  })

  it('limits sending to 10 in 10 s, 30 in a minute, 120 in 10 minutes and 500 in an hour', () => {
    const limits = printWithDirectives(schema).match(/SendMessageResult! (.*)/)?.[1]
    expect(limits).toBe(
      '@rateLimit(max: 10, per: "10s") @rateLimit(max: 30, per: "1m") @rateLimit(max: 120, per: "10m") @rateLimit(max: 500, per: "1h")',
    )
  })

  it('pages every list that can grow', () => {
    expect(lists(schema).sort()).toEqual(Object.keys(BOUNDED))
    expect(lists(careless)).toEqual(['Query.Roles', 'User.friends'])
  })

  it('calls each connection after what it lists', () => {
    expect(misnamedConnections(schema)).toEqual([])
    expect(misnamedConnections(careless)).toEqual(['NoteConnection'])
  })

  it('declares for every root field which members may use it', () => {
    expect(openRootFields(schema)).toEqual([])
    expect(openRootFields(careless)).toContain('Query.user')
  })

  it('describes for every subscription when it emits', () => {
    expect(unclearSubscriptions(schema)).toEqual([])
    expect(unclearSubscriptions(careless)).toEqual(['noteSent'])
  })
})
