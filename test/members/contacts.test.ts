import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { add, found, paged } from './picker.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('contacts', () => {
  it('come first among equal matches: direct ones by time, then those of common groups', async () => {
    const { olga, vera } = await app.company('Contacts', { olga: 'owner', vera: 'member' })
    const ids = await add(olga, ['Tom A', 'Tom B', 'Tom C', 'Tom D', 'Zed Tom', 'Amy Tom', 'Tomy'])
    const write = (name: string) => vera.say({ recipientId: String(ids[name]) }, 'Hello')
    await write('Tom C')
    await write('Zed Tom')
    await write('Tom B')
    const group = await vera.group('Project', [{ userId: ids['Tom D'] } as Client])
    expect((await found(vera, 'tom')).slice(0, 2)).toEqual(['Tom B', 'Tom C'])
    // A group where nothing has been said makes no contacts.
    expect(await found(vera, 'tom')).toEqual([
      'Tom B',
      'Tom C',
      'Tom A',
      'Tom D',
      'Tomy',
      'Zed Tom',
      'Amy Tom',
    ])
    await vera.say({ conversationId: group }, 'Hello all')
    expect(await found(vera, 'tom')).toEqual([
      'Tom B',
      'Tom C',
      'Tom D',
      'Tom A',
      'Tomy',
      'Zed Tom',
      'Amy Tom',
    ])
    expect(await found(vera, 'tmo')).toEqual([
      'Tom B',
      'Zed Tom',
      'Tom C',
      'Tom D',
      'Amy Tom',
      'Tom A',
      'Tomy',
    ])
    const all = ['Tom B', 'Zed Tom', 'Tom C', 'Tom D', 'Amy Tom', 'Olga Contacts', 'Tom A', 'Tomy']
    expect(await found(vera)).toEqual(all)
    for (const first of [1, 3]) expect(await paged(vera, undefined, first)).toEqual(all)
    // Nobody else's contacts are the viewer's.
    expect((await found(olga, 'tom')).slice(0, 2)).toEqual(['Tom A', 'Tom B'])

    const { conversations } = await vera.run(
      '{ conversations(filter: { kinds: [DIRECT], search: "tom b" }) { nodes { id } } }',
    )
    await vera.mutate('hideConversation', { conversationId: conversations.nodes[0].id }, 'unread { total }')
    expect((await found(vera, 'tom')).slice(0, 2)).toEqual(['Tom C', 'Tom D'])
  })

  it('do not tell who else receives a broadcast, nor who has only opened a conversation', async () => {
    const { olga, vera } = await app.company('Discreet', { olga: 'owner', vera: 'member' })
    const ids = await add(olga, ['Kim A', 'Kim B', 'Kim C'])
    const text = { subject: 'News', body: 'We moved.', idempotencyKey: 'b1' }
    await olga.mutate('sendBroadcast', { audience: 'USERS', userIds: [vera.userId, ids['Kim C']], ...text })
    await vera.mutate('startDirectConversation', { userId: ids['Kim B'] }, 'conversation { id }')
    expect(await found(vera, 'kim')).toEqual(['Kim A', 'Kim B', 'Kim C'])
  })

  it('stay where they were on the first page, whatever is said before the next', async () => {
    const { olga, vera } = await app.company('Stable', { olga: 'owner', vera: 'member' })
    const ids = await add(
      olga,
      Array.from({ length: 12 }, (_, index) => `Pat ${String.fromCharCode(65 + index)}`),
    )
    const write = (name: string) => vera.say({ recipientId: String(ids[name]) }, 'Hello')
    for (const name of ['Pat H', 'Pat C', 'Pat J', 'Pat E']) await write(name)
    const expected = ['Pat E', 'Pat J', 'Pat C', 'Pat H']
    const all = [...expected, ...[...'ABDFGIKL'].map((letter) => `Pat ${letter}`)]
    for (const [first, search] of [
      [2, 'pat'],
      [3, 'pat'],
      [5, undefined],
      [6, 'pat'],
    ] as const) {
      const before = await found(vera, search)
      const pages = await paged(vera, search, first, async () => {
        for (const name of [before[0], before[3], before.at(-1), before.at(-2)]) await write(String(name))
      })
      expect(pages).toEqual(before)
      if (first === 2) expect(before).toEqual(all)
    }
  })
})
