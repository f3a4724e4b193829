import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestCompany } from '../support/app.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import {
  ask,
  attachmentOf,
  begin,
  bytesOf,
  download,
  link,
  patch,
  sendFiles,
  TUS,
  upload,
} from './uploading.ts'

describe.each(STORES)('a file in a store on %s', (store) => {
  let app: AppWithFiles
  let acme: TestCompany<'ann' | 'bob' | 'cal'>
  beforeAll(async () => {
    app = await startWithFiles(store)
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
  })

  it('is uploaded in parts, sent without a word, and read by the people of the conversation alone', async () => {
    const { ann, bob, cal } = acme
    const bytes = randomBytes(8 * 1024 * 1024 + 20_000)
    const attachment = await upload(app, bob, bytes, { fileName: 'Umsatz größer.pdf' })
    expect(attachment).toMatchObject({
      kind: 'FILE',
      fileName: 'Umsatz größer.pdf',
      mediaType: 'application/octet-stream',
      size: bytes.length,
      state: 'READY',
    })
    expect(await attachmentOf(ann, attachment.id)).toBeNull()
    await using inbox = await ann.inbox(
      '... on ConversationActivity { message { body attachments { id state } } }',
    )
    const sent = await sendFiles(bob, { recipientId: ann.userId }, [attachment.id])
    expect(sent.message).toMatchObject({ body: '', attachments: [{ id: attachment.id, state: 'ATTACHED' }] })
    const told = await inbox.event((event) => event.message?.attachments?.length === 1)
    expect(told.message.attachments).toEqual([{ id: attachment.id, state: 'ATTACHED' }])
    const response = await download(app, ann, attachment.id)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="Umsatz gr??er.pdf"; filename*=UTF-8''Umsatz%20gr%C3%B6%C3%9Fer.pdf`,
    })
    expect((await bytesOf(response)).equals(bytes)).toBe(true)
    expect(await attachmentOf(cal, attachment.id)).toBeNull()
    expect(await link(cal, attachment.id)).toMatchObject({ __typename: 'NotFoundError' })
  })

  it('goes on at the told offset after a part that broke off, and leaves no half part behind', async () => {
    const bytes = randomBytes(8 * 1024 * 1024 + 10)
    const { attachment, uploadUrl, partBytes } = await begin(acme.bob, bytes.length)
    const breaking = new AbortController()
    const slowly = new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.subarray(0, 1_000_000))
        setTimeout(() => breaking.abort(), 200)
      },
    })
    const init = {
      body: slowly,
      duplex: 'half',
      signal: breaking.signal,
      headers: { 'content-length': String(partBytes) },
    }
    await expect(patch(app, uploadUrl, 0, bytes, init as RequestInit)).rejects.toThrow()
    await expect
      .poll(async () => (await patch(app, uploadUrl, 0, bytes.subarray(0, partBytes))).status)
      .toBe(204)
    const head = await ask(app, uploadUrl, { method: 'HEAD', headers: TUS })
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      200,
      String(partBytes),
      String(bytes.length),
    ])
    expect((await patch(app, uploadUrl, partBytes, bytes.subarray(partBytes))).status).toBe(204)
    expect((await bytesOf(await download(app, acme.bob, attachment.id))).equals(bytes)).toBe(true)
    expect(await app.filesOf(acme.companyUuid, attachment.id).names()).toEqual(app.twoParts)
  })

  it('is read from any place to any other, as If-Range says', async () => {
    const bytes = randomBytes(8 * 1024 * 1024 + 40_000)
    const { id } = await upload(app, acme.bob, bytes)
    const { url } = await link(acme.bob, id)
    const part = 8 * 1024 * 1024
    const places = [
      ['bytes=0-0', 0, 1],
      ['bytes=16383-16384', 16_383, 16_385],
      [`bytes=${part - 5}-${part + 5}`, part - 5, part + 6],
      [`bytes=${part + 39_000}-`, part + 39_000, bytes.length],
      ['bytes=-7', bytes.length - 7, bytes.length],
      [`bytes=100-${bytes.length * 2}`, 100, bytes.length],
    ] as const
    for (const [range, from, to] of places) {
      const response = await ask(app, url, { headers: { range } })
      expect([response.status, response.headers.get('content-range')]).toEqual([
        206,
        `bytes ${from}-${to - 1}/${bytes.length}`,
      ])
      expect((await bytesOf(response)).equals(bytes.subarray(from, to))).toBe(true)
    }
    const beyond = await ask(app, url, { headers: { range: `bytes=${bytes.length}-` } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`])
    const etag =
      beyond.headers.get('etag') ?? (await ask(app, url, { method: 'HEAD' })).headers.get('etag') ?? ''
    const same = await ask(app, url, { headers: { range: 'bytes=1-2', 'if-range': etag } })
    const other = await ask(app, url, {
      method: 'HEAD',
      headers: { range: 'bytes=1-2', 'if-range': '"other"' },
    })
    const several = await ask(app, url, { method: 'HEAD', headers: { range: 'bytes=1-2,5-6' } })
    expect([same.status, other.status, several.status]).toEqual([206, 200, 200])
  })

  it('is read in any stretch as it was written', async () => {
    const bytes = randomBytes(9 * 1024 * 1024)
    const { id } = await upload(app, acme.bob, bytes)
    const { url } = await link(acme.bob, id)
    for (let round = 0; round < 60; round += 1) {
      const from = Math.floor(Math.random() * bytes.length)
      const length = 1 + Math.floor(Math.random() ** 4 * (bytes.length - from))
      const range = `bytes=${from}-${from + length - 1}`
      const response = await ask(app, url, { headers: { range } })
      const slice = bytes.subarray(from, from + length)
      expect([range, response.status, (await bytesOf(response)).equals(slice)]).toEqual([range, 206, true])
    }
  })

  it('cannot be sent twice, by somebody else, or before it is whole, and spoils no neighbour', async () => {
    const { ann, bob } = acme
    const team = await bob.group('Team', [ann])
    const [ready, other, begun] = await Promise.all([
      upload(app, bob, Buffer.from('one')),
      upload(app, bob, Buffer.from('two')),
      begin(bob, 5),
    ])
    const refused = { __typename: 'InvalidInputError', issues: [{ path: ['attachmentIds'] }] }
    expect(await sendFiles(ann, { conversationId: team }, [ready.id])).toMatchObject(refused)
    expect(await sendFiles(bob, { conversationId: team }, [ready.id, begun.attachment.id])).toMatchObject(
      refused,
    )
    const racing = Array.from({ length: 5 }, (_each, at) =>
      sendFiles(bob, { conversationId: team }, [ready.id], { body: `${at}` }),
    )
    const plain = Array.from({ length: 5 }, (_each, at) => ann.say({ conversationId: team }, `plain ${at}`))
    const outcomes = (await Promise.all(racing)).map(({ __typename }) => __typename)
    expect(outcomes.filter((name) => name === 'SendMessagePayload')).toHaveLength(1)
    expect(await Promise.all(plain)).toHaveLength(5)
    expect(await sendFiles(bob, { conversationId: team }, [ready.id, other.id])).toMatchObject(refused)
    expect((await attachmentOf(bob, other.id)).state).toBe('READY')
    const empty = await bob.mutate('sendMessage', { conversationId: team, body: '', attachmentIds: [] })
    expect(empty).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: ['body'] }] })
  })

  it('is sent once for one idempotency key', async () => {
    const { ann, bob } = acme
    const { id } = await upload(app, bob, Buffer.from('once'))
    const more = { idempotencyKey: 'once' }
    const [first, second] = [
      await sendFiles(bob, { recipientId: ann.userId }, [id], more),
      await sendFiles(bob, { recipientId: ann.userId }, [id], more),
    ]
    expect(second.message).toEqual(first.message)
    const other = await sendFiles(bob, { recipientId: ann.userId }, [], { ...more, body: 'x' })
    expect(other.__typename).toBe('ConflictError')
  })
})
