import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { decodeId } from '../../src/ids.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder, sweepOnce } from '../support/retention.ts'
import { ask, attachmentOf, link, sendFiles, upload } from './uploading.ts'

const BROADCAST = 'broadcast { id status body attachments { id state } }'
const LATER = {
  localTime: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19),
  timeZone: 'Europe/London',
}

let app: TestApp
let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal'>
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { ann: 'owner', sue: 'supervisor', bob: 'member', cal: 'member' })
})

const uuidOf = (id: string) => decodeId(id)?.uuid ?? ''
const broadcast = (by: Client, attachmentIds: string[], more: Data = {}): Promise<Data> =>
  by.mutate(
    'sendBroadcast',
    { audience: 'USERS', userIds: [acme.bob.userId], subject: 'News', body: '', attachmentIds, ...more },
    BROADCAST,
  )
const see = async (by: Client, id: string): Promise<Data> =>
  (await by.run('query ($id: ID!) { broadcast(id: $id) { status attachments { id state } } }', { id }))
    .broadcast
const statusOf = async (url: string) => (await ask(app, url)).status
const linkStatus = async (by: Client, id: string) => {
  const made = await link(by, id)
  return made.url ? statusOf(made.url) : made.__typename
}

describe('a broadcast with files', () => {
  it('is sent without a word, and each recipient and nobody else fetches its files', async () => {
    const { sue, bob, cal } = acme
    const [one, two] = [
      await upload(app, sue, Buffer.from('one')),
      await upload(app, sue, Buffer.from('two')),
    ]
    await using inbox = await bob.inbox('... on BroadcastReceived { broadcast { attachments { id } } }')
    const sent = await broadcast(sue, [two.id, one.id])
    const files = [two.id, one.id].map((id) => ({ id, state: 'ATTACHED' }))
    expect(sent.broadcast).toMatchObject({ status: 'SENT', body: '', attachments: files })
    const told = await inbox.event((event) => event.broadcast?.attachments?.length === 2)
    expect(told.broadcast.attachments).toEqual([{ id: two.id }, { id: one.id }])
    expect((await see(bob, sent.broadcast.id)).attachments).toEqual(files)
    expect(await linkStatus(bob, one.id)).toBe(200)
    expect(await linkStatus(cal, one.id)).toBe('NotFoundError')
    expect(await attachmentOf(cal, one.id)).toBeNull()
  })

  it('to everybody is fetched by whoever joins later too', async () => {
    const { ann, sue } = acme
    const { id } = await upload(app, sue, Buffer.from('all'))
    await broadcast(sue, [id], { audience: 'ALL', userIds: undefined })
    const dan = await app.newcomer(ann, acme.companyId, 'dan')
    expect([await linkStatus(acme.cal, id), await linkStatus(dan, id)]).toEqual([200, 200])
  })

  it('loses its links with its retraction', async () => {
    const { sue, bob } = acme
    const { id } = await upload(app, sue, Buffer.from('wrong'))
    const sent = await broadcast(sue, [id])
    const { url } = await link(bob, id)
    expect(await statusOf(url)).toBe(200)
    const messageId = Buffer.from(`Message:${uuidOf(sent.broadcast.id)}`).toString('base64url')
    expect((await sue.mutate('retractMessage', { messageId })).__typename).toBe('RetractMessagePayload')
    expect(await statusOf(url)).toBe(404)
    expect((await see(bob, sent.broadcast.id)).attachments).toEqual([])
  })

  it('loses its files with its purge', async () => {
    const { ann, sue, bob } = acme
    const { id } = await upload(app, sue, Buffer.from('old'))
    await broadcast(sue, [id])
    const { url } = await link(bob, id)
    await ann.mutate('updateCompanySettings', { retentionDays: 10 })
    await makeMessagesOlder(app, acme, 11)
    await sweepOnce(app, acme)
    expect(await statusOf(url)).toBe(404)
    await sweepAttachments(app.application.services)
    expect(
      await onDatabase(app, 'select id from attachments where company_id = $1', [acme.companyUuid]),
    ).toEqual([])
  })

  it('takes no file of somebody else, none twice, and more than ten are refused', async () => {
    const { ann, sue } = acme
    const [mine, others] = [
      await upload(app, sue, Buffer.from('m')),
      await upload(app, ann, Buffer.from('o')),
    ]
    const refused = { __typename: 'InvalidInputError', issues: [{ path: ['attachmentIds'] }] }
    expect(await broadcast(sue, [mine.id, others.id])).toMatchObject(refused)
    expect((await attachmentOf(sue, mine.id)).state).toBe('READY')
    expect((await broadcast(sue, [mine.id], { idempotencyKey: 'k' })).__typename).toBe('SendBroadcastPayload')
    expect(await broadcast(sue, [mine.id])).toMatchObject(refused)
    const again = await broadcast(sue, [mine.id], { idempotencyKey: 'k' })
    expect(again.broadcast.attachments).toHaveLength(1)
    expect((await broadcast(sue, [], { idempotencyKey: 'k', body: 'x' })).__typename).toBe('ConflictError')
    const many = Array.from({ length: 11 }, (_each, at) =>
      Buffer.from(`Attachment:00000000-0000-4000-8000-0000000000${10 + at}`).toString('base64url'),
    )
    expect(await broadcast(sue, many)).toMatchObject(refused)
    expect(await broadcast(sue, [])).toMatchObject({ issues: [{ path: ['body'] }] })
  })
})

describe('a scheduled broadcast with files', () => {
  it('keeps them longer than a day, from every other message, and gives them away when it is sent', async () => {
    const { sue, bob } = acme
    const { id } = await upload(app, sue, Buffer.from('later'))
    const planned = (await broadcast(sue, [id], { schedule: LATER })).broadcast
    expect(planned).toMatchObject({ status: 'SCHEDULED', attachments: [{ id, state: 'ATTACHED' }] })
    expect((await sendFiles(sue, { recipientId: bob.userId }, [id])).__typename).toBe('InvalidInputError')
    expect((await sue.mutate('deleteUpload', { attachmentId: id })).__typename).toBe('NotFoundError')
    expect([await linkStatus(sue, id), await linkStatus(bob, id)]).toEqual([200, 'NotFoundError'])
    await onDatabase(
      app,
      `update attachments set created_at = created_at - interval '3 days' where id = $1`,
      [uuidOf(id)],
    )
    await sweepAttachments(app.application.services)
    await onDatabase(app, `update broadcasts set scheduled_for = now() - interval '1 second' where id = $1`, [
      uuidOf(planned.id),
    ])
    await onDatabase(
      app,
      `update graphile_worker._private_jobs set run_at = now() where key like '%' || $1`,
      [uuidOf(planned.id)],
    )
    await expect
      .poll(async () => (await see(bob, planned.id))?.attachments)
      .toEqual([{ id, state: 'ATTACHED' }])
    expect(await linkStatus(bob, id)).toBe(200)
  })

  it('loses them when it is cancelled, or its author is erased', async () => {
    const { ann, sue } = acme
    const [one, two] = [await upload(app, sue, Buffer.from('1')), await upload(app, sue, Buffer.from('2'))]
    const first = (await broadcast(sue, [one.id], { schedule: LATER })).broadcast
    await broadcast(sue, [two.id], { schedule: LATER })
    const cancelled = await sue.mutate('cancelBroadcast', { broadcastId: first.id }, BROADCAST)
    expect(cancelled.broadcast).toMatchObject({ status: 'CANCELLED', attachments: [] })
    expect(await attachmentOf(sue, one.id)).toBeNull()
    await ann.mutate('eraseUser', { userId: sue.userId, confirmName: 'Sue Acme' })
    const rows = await onDatabase<{ state: string }>(
      app,
      'select state, sealed_key from attachments where company_id = $1',
      [acme.companyUuid],
    )
    expect(rows).toEqual([
      { state: 'REMOVED', sealed_key: null },
      { state: 'REMOVED', sealed_key: null },
    ])
  })

  it('deletes its files when it cannot be sent at its time', async () => {
    const { sue, bob } = acme
    const { id } = await upload(app, sue, Buffer.from('nobody'))
    const planned = (await broadcast(sue, [id], { schedule: LATER })).broadcast
    await onDatabase(app, `update users set is_enabled = false where id = $1`, [bob.uuid])
    await onDatabase(app, `update broadcasts set scheduled_for = now() - interval '1 second' where id = $1`, [
      uuidOf(planned.id),
    ])
    await onDatabase(
      app,
      `update graphile_worker._private_jobs set run_at = now() where key like '%' || $1`,
      [uuidOf(planned.id)],
    )
    await expect.poll(async () => (await see(sue, planned.id)).status).toBe('CANCELLED')
    expect(await attachmentOf(sue, id)).toBeNull()
  })
})
