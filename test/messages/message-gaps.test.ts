import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { sharedApp } from '../support/shared-app.ts'

describe('gaps of messages that are no longer stored', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob'>
  beforeAll(async () => {
    app = await sharedApp()
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  /** Deletes the messages with these numbers as a purge does, each by itself. */
  async function purge(conversationId: string, seqs: number[]): Promise<void> {
    const uuid = decodeId(conversationId)?.uuid
    for (const seq of seqs) {
      const which = 'company_id = $1 and conversation_id = $2 and seq = $3'
      await onDatabase(app, `update events set message_id = null where ${which}`, [
        acme.companyUuid,
        uuid,
        seq,
      ])
      await onDatabase(app, `delete from messages where ${which}`, [acme.companyUuid, uuid, seq])
      const system = app.application.services.database.forSystem(acme.companyUuid)
      await system.prisma.$queryRaw`select app.add_message_gap(${uuid}::uuid, ${seq}::int, ${seq}::int)::text`
    }
  }

  const gapsOf = (conversationId: string) =>
    onDatabase(
      app,
      'select from_seq, to_seq from message_gaps where company_id = $1 and conversation_id = $2 order by from_seq',
      [acme.companyUuid, decodeId(conversationId)?.uuid],
    )

  it('become one range where they meet, in whichever order they arise', async () => {
    const { conversationId } = await acme.ann.say({ recipientId: acme.bob.userId }, 'message 1')
    for (let seq = 2; seq <= 9; seq += 1) await acme.ann.say({ conversationId }, `message ${seq}`)
    await purge(conversationId, [2, 6, 4])
    expect(await gapsOf(conversationId)).toEqual([
      { from_seq: 2, to_seq: 2 },
      { from_seq: 4, to_seq: 4 },
      { from_seq: 6, to_seq: 6 },
    ])
    await purge(conversationId, [5, 3, 1])
    expect(await gapsOf(conversationId)).toEqual([{ from_seq: 1, to_seq: 6 }])
  })

  it('count as unread no more than what a read mark has passed', async () => {
    const unread = async () => {
      const { conversations, viewer } = await acme.bob.run(
        '{ conversations { nodes { unreadCount unreadFromSeq } } viewer { unread { total } } }',
      )
      expect(viewer.unread.total).toBe(conversations.nodes[0].unreadCount)
      return conversations.nodes[0]
    }
    expect(await unread()).toEqual({ unreadCount: 3, unreadFromSeq: 7 })
    const { conversations } = await acme.bob.run('{ conversations { nodes { id } } }')
    const { id } = conversations.nodes[0]
    await acme.bob.mutate('markRead', { conversationId: id, upToSeq: 4 })
    expect(await unread()).toEqual({ unreadCount: 3, unreadFromSeq: 7 })
    await purge(id, [8])
    expect(await unread()).toEqual({ unreadCount: 2, unreadFromSeq: 7 })
    await acme.bob.mutate('markRead', { conversationId: id, upToSeq: 7 })
    expect(await unread()).toEqual({ unreadCount: 1, unreadFromSeq: 9 })
  })
})
