import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import type { TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { statementsOf } from '../support/statements.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import { ask, begin, bytesOf, download, patch, startPart, TUS, upload } from './uploading.ts'

const BYTES = 300_000

describe.each(STORES)('a slow upload into a store on %s', (store) => {
  let app: AppWithFiles
  let acme: TestCompany<'ann' | 'bob'>
  beforeAll(async () => {
    app = await startWithFiles(store)
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('holds up no other, is the only one of its file, and is taken once it is whole', async () => {
    const bytes = randomBytes(BYTES)
    const { attachment, uploadUrl } = await begin(acme.bob, BYTES)
    const slow = startPart(app, uploadUrl, 0, BYTES)
    slow.write(bytes.subarray(0, 1_000))
    await leased(app, attachment.id)
    const second = await patch(app, uploadUrl, 0, bytes)
    expect([second.status, second.headers.get('retry-after')]).toEqual([423, '60'])
    const head = await ask(app, uploadUrl, { method: 'HEAD', headers: TUS })
    expect([head.status, head.headers.get('upload-offset')]).toEqual([200, '0'])
    expect((await upload(app, acme.bob, Buffer.from('beside it'))).state).toBe('READY')
    slow.end(bytes.subarray(1_000))
    const [answer] = (await once(slow, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(204)
    expect((await bytesOf(await download(app, acme.bob, attachment.id))).equals(bytes)).toBe(true)
  })

  it('that breaks off leaves neither a lease nor bytes', async () => {
    const { attachment, uploadUrl } = await begin(acme.bob, BYTES)
    const slow = startPart(app, uploadUrl, 0, BYTES)
    slow.write(randomBytes(100_000))
    await leased(app, attachment.id)
    slow.destroy()
    const files = app.filesOf(acme.companyUuid, attachment.id)
    await expect.poll(() => leaseOf(app, attachment.id)).toBeNull()
    expect(await files.names()).toEqual([])
  })
})

describe('a slow upload', () => {
  it('of which somebody else has taken the lease is refused, while its next bytes still do not come', async () => {
    await using app = await startWithFiles('disk')
    const acme = await app.company('Acme', { bob: 'owner' })
    const { attachment, uploadUrl } = await begin(acme.bob, BYTES)
    const slow = startPart(app, uploadUrl, 0, BYTES)
    slow.write(randomBytes(1_000))
    await leased(app, attachment.id)
    const answered = once(slow, 'response') as Promise<[IncomingMessage]>
    await onDatabase(app, 'update attachments set lease = gen_random_uuid() where id = $1', [
      decodeId(attachment.id)?.uuid,
    ])
    // The lease is kept every 20 s.
    const [answer] = await answered
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([423, '60'])
    slow.destroy()
  }, 60_000)
})

describe('a message with a file', () => {
  it('is sent by as many statements as one without', async () => {
    await using app = await startWithFiles('disk')
    const { ann, bob } = await app.company('Acme', { ann: 'owner', bob: 'member' })
    const files = [await upload(app, bob, Buffer.from('1')), await upload(app, bob, Buffer.from('2'))]
    await bob.say({ recipientId: ann.userId }, 'first')
    const send = (attachmentIds: string[]) =>
      statementsOf(() =>
        bob.mutate('sendMessage', { recipientId: ann.userId, body: 'x', attachmentIds }, 'message { id }'),
      )
    await send([])
    const [without, withFiles] = [await send([]), await send(files.map(({ id }) => id))]
    expect(withFiles).toHaveLength(without.length)
  })
})

async function leaseOf(app: AppWithFiles, attachmentId: string): Promise<string | null> {
  const [row] = await onDatabase<{ lease: string | null }>(
    app,
    'select lease from attachments where id = $1',
    [decodeId(attachmentId)?.uuid],
  )
  return row?.lease ?? null
}

/** Waits until a request works on an upload. */
async function leased(app: AppWithFiles, attachmentId: string): Promise<void> {
  await expect.poll(() => leaseOf(app, attachmentId)).not.toBeNull()
}
