import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import type { TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { statementsOf } from '../support/statements.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import { ask, begin, bytesOf, download, patch, TUS, upload } from './uploading.ts'

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
    const slow = startPart(app.url + new URL(uploadUrl).pathname)
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
    const slow = startPart(app.url + new URL(uploadUrl).pathname)
    slow.write(randomBytes(100_000))
    await leased(app, attachment.id)
    slow.destroy()
    const files = app.filesOf(acme.companyUuid, attachment.id)
    await expect.poll(() => leaseOf(app, attachment.id)).toBeNull()
    expect(await files.names()).toEqual([])
  })
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

function startPart(url: string): ClientRequest {
  const headers = {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': '0',
    'content-length': String(BYTES),
  }
  const part = request(url, { method: 'PATCH', headers })
  part.on('error', () => {})
  return part
}

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
