import { describe, expect, it } from 'vitest'

describe('the presence that a page has heard of', () => {
  it('is forgotten with the inbox when the person signs out', async () => {
    const { Inbox } = await import('../../web/store/inbox.ts' as string)
    const { PresenceBoard } = await import('../../web/store/presence.ts' as string)
    const board = new PresenceBoard()
    const inbox = new Inbox(board)
    board.note('bob', 'ONLINE')
    inbox.clear()
    expect([...board.known.value]).toEqual([])
  })
})
