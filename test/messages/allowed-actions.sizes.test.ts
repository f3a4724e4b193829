import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdMessage } from '../moderation/moderated-company.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { statementsOf } from '../support/statements.ts'

const SEED = Number(process.env.SEED ?? 7)
const SCENES = 60
const RULES = [{ effect: 'DENY', attribute: 'department:nobody' }]

type Name = 'olga' | 'sam' | 'mia' | 'max' | 'ada' | 'mod' | 'pen'

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
    mod: 'member',
    pen: 'member',
  })
  // One who moderates and does not write, and one who writes in what others have begun.
  const roles = { mod: ['MESSAGE_READ', 'MESSAGE_MODERATE'], pen: ['MESSAGE_READ', 'MESSAGE_WRITE'] } as const
  for (const [name, permissions] of Object.entries(roles)) {
    await acme.olga.mutate('createRole', { name, permissions })
    const { externalId } = acme[name as keyof typeof roles]
    await acme.olga.mutate('syncMembers', { members: [{ externalId, name, role: name }] })
  }
})
afterAll(() => app[Symbol.asyncDispose]())

async function actionsOf(viewer: Client, id: string): Promise<string[] | undefined> {
  const { message } = await viewer.run('query ($id: ID!) { message(id: $id) { allowedActions } }', { id })
  return message?.allowedActions
}

/** Tries everything in an order in which no success forbids what comes after it, and returns what was not refused. */
async function carriedOut(viewer: Client, message: Data): Promise<string[]> {
  const { id: messageId, conversationId } = message
  const tries: Record<string, [field: string, input: Record<string, unknown>]> = {
    REPLY: ['sendMessage', { conversationId, parentId: messageId, body: 'A reply' }],
    REACT: ['setReaction', { messageId, emoji: '👍', on: true }],
    REPORT: ['reportMessage', { messageId, reason: 'OTHER' }],
    EDIT: ['editMessage', { messageId, body: `Edited by ${viewer.externalId}` }],
    MODERATE: ['setMessageAccess', { messageId, rules: [] }],
    RETRACT: ['retractMessage', { messageId }],
    HIDE: ['hideMessage', { messageId }],
  }
  const done: string[] = []
  for (const [action, [field, input]] of Object.entries(tries)) {
    const { __typename } = await viewer.mutate(field, input)
    if (__typename.endsWith('Payload')) done.push(action)
  }
  return done
}

describe('the allowed actions of a message', () => {
  it(`are those that the mutations do not refuse, for ${SCENES} random people, settings and states (seed ${SEED})`, async () => {
    const random = seededRandom(SEED)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const { olga, sam, mia, max, ada, mod, pen } = acme
    const people = [olga, sam, mia, max, ada, mod, pen]
    const group = await olga.group('Everybody', [sam, mia, max, mod, pen])
    const closed = await acme.olga.mutate(
      'createGlobalConversation',
      { title: 'News' },
      'conversation { id }',
    )
    const seen = new Set<string>()
    for (let scene = 0; scene < SCENES; scene += 1) {
      const settings = {
        editWindowMinutes: pick([null, 0, 60]),
        retractWindowMinutes: pick([null, 0, 60]),
        maxThreadDepth: pick([0, 1, 8]),
      }
      await acme.olga.mutate('updateCompanySettings', settings)
      const inNews = random() < 0.2
      const author = inNews ? acme.olga : pick([olga, sam, mia, max, pen])
      const conversationId = inNews ? closed.conversation.id : group
      const message = await author.say({ conversationId }, `Scene ${scene}`)
      const state = pick(['POSTED', 'POSTED', 'RETRACTED', 'RESTRICTED', 'HIDDEN'])
      const viewer = pick(people)
      if (state === 'RETRACTED') await acme.olga.mutate('retractMessage', { messageId: message.id })
      if (state === 'RESTRICTED') {
        const rules = pick([RULES, [{ effect: 'DENY', userId: viewer.userId }]])
        await author.mutate('setMessageAccess', { messageId: message.id, rules })
      }
      if (state === 'HIDDEN') await viewer.mutate('hideMessage', { messageId: message.id })

      const isOwn = author === viewer
      const allowed = await actionsOf(viewer, message.id)
      const done = (await carriedOut(viewer, message)).filter(
        (action) =>
          // To retract twice changes nothing, authors say who sees their messages without being moderators, and a person
          // who has hidden a message sees no actions of it.
          !(action === 'RETRACT' && state === 'RETRACTED') &&
          !(action === 'MODERATE' && isOwn) &&
          !(action === 'REPLY' && state === 'HIDDEN'),
      )
      const scenery = { scene, state, isOwn, inNews, viewer: viewer.externalId, ...settings }
      const compared = (allowed ?? []).filter((action) => !(action === 'MODERATE' && isOwn))
      expect({ ...scenery, allowed: compared.toSorted() }).toEqual({ ...scenery, allowed: done.toSorted() })
      for (const action of allowed ?? []) seen.add(action)
    }
    expect([...seen].sort()).toEqual(['EDIT', 'HIDE', 'MODERATE', 'REACT', 'REPLY', 'REPORT', 'RETRACT'])
  }, 120_000)

  it('are none for one that waits for review', async () => {
    const moderated = await app.company('Held', { ann: 'owner', ben: 'member' })
    const group = await moderated.ann.group('Held', [moderated.ben])
    const { message } = await holdMessage(app, moderated, moderated.ben, { conversationId: group })
    expect(await actionsOf(moderated.ben, message.id)).toEqual([])
    expect(await carriedOut(moderated.ben, { ...message, conversationId: group })).toEqual([])
  })

  it('are none in safe mode, and for who may not see it', async () => {
    const safe = await app.company('Safe', { ann: 'owner', ben: 'member' })
    const group = await safe.ann.group('Safe', [], { access: 'PRIVATE' })
    const { id } = await safe.ann.say({ conversationId: group }, 'Hello')
    expect(await actionsOf(safe.ben, id)).toBeUndefined()
    expect(await actionsOf(safe.ann, id)).toEqual(['REPLY', 'EDIT', 'RETRACT', 'HIDE', 'REACT', 'MODERATE'])
    await safe.ann.mutate('updateCompanySettings', { safeMode: true })
    expect(await actionsOf(safe.ann, id)).toEqual([])
  })

  it('cost a page one statement more, and a page that does not ask for them none', async () => {
    const group = await acme.olga.group('Page', [acme.mia])
    for (let number = 0; number < 5; number += 1) await acme.mia.say({ conversationId: group }, 'Hello')
    const page = (fields: string) =>
      statementsOf(() =>
        acme.olga.run(
          `query ($id: ID!) { conversation(id: $id) { title canPost messages(last: 5) { nodes { id ${fields} } } } }`,
          { id: group },
        ),
      )
    const without = (await page('body')).length
    expect((await page('body preview')).length).toBe(without)
    expect((await page('body allowedActions')).length).toBe(without + 1)
  })
})
