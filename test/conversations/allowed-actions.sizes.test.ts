import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { statementsOf } from '../support/statements.ts'

const SEED = Number(process.env.SEED ?? 11)
const SCENES = 60

type Name = 'olga' | 'sam' | 'mia' | 'max' | 'ada' | 'new'

let app: TestApp
let acme: TestCompany<Name>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', {
    olga: 'owner',
    sam: 'supervisor',
    mia: 'member',
    max: 'member',
    ada: 'auditor',
    new: 'member',
  })
})
afterAll(() => app[Symbol.asyncDispose]())

interface Seen {
  viewerRole: 'ADMIN' | 'MEMBER' | null
  isMember: boolean
  allowedActions: string[]
}

async function see(viewer: Client, id: string): Promise<Seen | null> {
  const query = 'query ($id: ID!) { conversation(id: $id) { viewerRole isMember allowedActions } }'
  return (await viewer.run(query, { id })).conversation
}

/** Tries everything, what changes the viewer's place last, and returns what was not refused. */
async function carriedOut(viewer: Client, conversationId: string, isMember: boolean): Promise<string[]> {
  const leave = ['LEAVE', 'leaveGroup', { groupId: conversationId }] as const
  const tries: (readonly [action: string, field: string, input: Record<string, unknown>])[] = [
    ['MANAGE', 'updateGroup', { groupId: conversationId, description: 'For us' }],
    ['ADD_PARTICIPANTS', 'addParticipants', { conversationId, userIds: [acme.new.userId] }],
    ['MUTE', 'muteConversation', { conversationId }],
    ['HIDE', 'hideConversation', { conversationId }],
    ['POST', 'sendMessage', { conversationId, body: 'Hello' }],
  ]
  // A member who joins again is not refused, but nothing happens.
  const inOrder = isMember
    ? [...tries, leave]
    : [leave, ...tries, ['JOIN', 'joinGroup', { groupId: conversationId }] as const]
  const done: string[] = []
  for (const [action, field, input] of inOrder) {
    const { __typename } = await viewer.mutate(field, input)
    if (__typename.endsWith('Payload')) done.push(action)
  }
  return done
}

describe('the allowed actions of a conversation', () => {
  it(`are those that the mutations do not refuse, for ${SCENES} random people and conversations (seed ${SEED})`, async () => {
    const random = seededRandom(SEED)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const { olga, sam, mia, max, ada } = acme
    const people = [olga, sam, mia, max, ada]
    const seen = new Set<string>()

    async function make(kind: string, number: number): Promise<string> {
      const creator = pick([olga, mia])
      const others = people.filter(() => random() < 0.4)
      const ids = others.map(({ userId }) => userId)
      if (kind === 'DIRECT') {
        const other = pick([sam, max])
        const { conversation } = await creator.mutate(
          'startDirectConversation',
          { userId: other.userId },
          'conversation { id }',
        )
        if (random() < 0.7) await creator.say({ recipientId: other.userId }, 'Hello')
        return conversation.id
      }
      if (kind === 'GLOBAL') {
        const repliesAllowed = random() < 0.5
        const title = `Global ${number}`
        return (
          await olga.mutate('createGlobalConversation', { title, repliesAllowed }, 'conversation { id }')
        ).conversation.id
      }
      if (kind === 'CONTEXT') {
        const input = { type: 'PLAN', contextId: `P-${number}`, participantIds: ids }
        const restricted = random() < 0.5
        return (await olga.mutate('openContextConversation', { ...input, restricted }, 'conversation { id }'))
          .conversation.id
      }
      if (kind === 'BROADCAST') {
        const sent = await sam.mutate(
          'sendBroadcast',
          { audience: 'ALL', subject: `B ${number}`, body: 'News', repliesAllowed: random() < 0.5 },
          'broadcast { conversation { id } }',
        )
        return sent.broadcast.conversation.id
      }
      return creator.group(`Group ${number}`, others, { access: pick(['OPEN', 'CLOSED', 'PRIVATE']) })
    }

    for (let scene = 0; scene < SCENES; scene += 1) {
      const kind = pick(['GROUP', 'GROUP', 'GROUP', 'CONTEXT', 'CONTEXT', 'DIRECT', 'GLOBAL', 'BROADCAST'])
      const id = await make(kind, scene)
      const viewer = pick(people)
      const found = await see(viewer, id)
      expect(found?.isMember ?? false).toBe((found?.viewerRole ?? null) !== null)
      const allowed = found?.allowedActions ?? []
      const done = await carriedOut(viewer, id, found?.isMember ?? false)
      const scenery = { scene, kind, viewer: viewer.externalId, found }
      expect({ ...scenery, allowed: allowed.toSorted() }).toEqual({ ...scenery, allowed: done.toSorted() })
      for (const action of allowed) seen.add(action)
    }
    expect([...seen].sort()).toEqual(['ADD_PARTICIPANTS', 'HIDE', 'JOIN', 'LEAVE', 'MANAGE', 'MUTE', 'POST'])
  }, 120_000)

  it('cost an inbox no statement more', async () => {
    const company = await app.company('Inbox', { ann: 'owner', ben: 'member', cid: 'member' })
    const { ann, ben, cid } = company
    for (const { userId } of [ben, cid]) await ann.say({ recipientId: userId }, 'Hello')
    for (const title of ['One', 'Two', 'Three']) await ann.group(title, [ben])
    const inbox = (fields: string) =>
      statementsOf(() => ann.run(`{ conversations(first: 20) { nodes { id title canPost ${fields} } } }`))
    const without = (await inbox('')).length
    expect((await inbox('viewerRole allowedActions')).length).toBe(without)
  })

  it('are none in safe mode', async () => {
    const safe = await app.company('Safe', { ann: 'owner', ben: 'member' })
    const group = await safe.ann.group('Safe', [safe.ben])
    expect((await see(safe.ben, group))?.allowedActions).toEqual([
      'POST',
      'LEAVE',
      'ADD_PARTICIPANTS',
      'MUTE',
      'HIDE',
    ])
    await safe.ann.mutate('updateCompanySettings', { safeMode: true })
    expect((await see(safe.ann, group))?.allowedActions).toEqual([])
  })

  it('lose POST in a direct conversation with a disabled person', async () => {
    const company = await app.company('Disabled', { ann: 'owner', ben: 'member' })
    const { conversationId } = await company.ann.say({ recipientId: company.ben.userId }, 'Hello')
    expect((await see(company.ann, conversationId))?.allowedActions).toEqual(['POST', 'MUTE', 'HIDE'])
    const member = { externalId: company.ben.externalId, name: 'Ben', isEnabled: false }
    await company.ann.mutate('syncMembers', { members: [member] })
    expect((await see(company.ann, conversationId))?.allowedActions).toEqual(['MUTE', 'HIDE'])
  })
})
