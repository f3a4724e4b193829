import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FileLink, type FileUse, fileToken, UPLOADS_PATH } from '../../src/attachments/file-link.ts'
import { decodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { ask, begin, bytesOf, download, link, patch, sendFiles, TUS, upload } from './uploading.ts'

let app: TestApp
let acme: TestCompany<'ann' | 'bob' | 'cal'>
let globex: TestCompany<'gus'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
  globex = await app.company('Globex', { gus: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('an upload', () => {
  it('refuses another size, offset, length, version and type of body, in plain words', async () => {
    const { bob } = acme
    expect(await begin(bob, 101 * 1024 * 1024)).toMatchObject({
      __typename: 'AttachmentRefusedError',
      reason: 'TOO_LARGE',
    })
    for (const size of [0, -1]) expect((await begin(bob, size)).__typename).toBe('InvalidInputError')
    expect((await begin(bob, 5, { durationMs: 5 })).__typename).toBe('InvalidInputError')
    expect((await begin(bob, 5, { kind: 'VOICE' })).__typename).toBe('InvalidInputError')
    const { uploadUrl } = await begin(bob, 10)
    const ten = Buffer.alloc(10)
    const answers = [
      await patch(app, uploadUrl, 1, ten),
      await patch(app, uploadUrl, 0, Buffer.alloc(11)),
      await patch(app, uploadUrl, 0, Buffer.alloc(9)),
      await patch(app, uploadUrl, 0, ten, { headers: { 'content-type': 'text/plain' } }),
      await patch(app, uploadUrl, 0, ten, { headers: { 'tus-resumable': '0.2.2' } }),
      await patch(app, uploadUrl, 0, ten, { headers: { 'upload-offset': '-1' } }),
      await ask(app, uploadUrl, { method: 'POST', headers: TUS }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([409, 413, 400, 415, 412, 400, 405])
    for (const answer of answers) expect(await answer.text()).toMatch(/^[A-Z][^.]+( .*)?\.\n$/)
    expect((await patch(app, uploadUrl, 0, ten)).status).toBe(204)
    expect((await patch(app, uploadUrl, 0, ten)).status).toBe(409)
  })

  it('that was sent is not ended by its address any more', async () => {
    const { ann, bob } = acme
    const { uploadUrl, attachment } = await begin(bob, 5)
    await patch(app, uploadUrl, 0, Buffer.from('hello'))
    await sendFiles(bob, { recipientId: ann.userId }, [attachment.id])
    const answer = await ask(app, uploadUrl, { method: 'DELETE', headers: TUS })
    expect([answer.status, await answer.text()]).toEqual([404, 'There is no such file.\n'])
  })

  it('takes one of racing parts, at any server', async () => {
    await using second = await startApp({ beside: app })
    const bytes = randomBytes(3_000_000)
    const { uploadUrl, attachment } = await begin(acme.bob, bytes.length)
    const racing = Array.from({ length: 6 }, (_each, at) => patch(at % 2 ? app : second, uploadUrl, 0, bytes))
    const statuses = (await Promise.all(racing)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    for (const status of statuses) expect([204, 409, 423]).toContain(status)
    expect((await bytesOf(await download(second, acme.bob, attachment.id))).equals(bytes)).toBe(true)
  })

  it('is nobody else’s: forged, foreign, old and mixed-up links lead to nothing', async () => {
    const { ann, bob } = acme
    const { uploadUrl, attachment } = await begin(bob, 10)
    const attachmentId = decodeId(attachment.id)?.uuid ?? ''
    const { keyring, deploymentKey: deployment } = app.application.services
    const [keys, others] = await Promise.all([
      keyring.forCompany(acme.companyUuid),
      keyring.forCompany(globex.companyUuid),
    ])
    const claims = {
      companyId: acme.companyUuid,
      attachmentId,
      userId: bob.uuid,
      expiresAt: new Date(Date.now() + 60_000),
    }
    const at = (token: string) => `${app.url}${UPLOADS_PATH}${token}`
    const signed = async (by: typeof keys, use: FileUse, more: Partial<FileLink> = {}) =>
      at(await fileToken({ company: by, deployment }, use, { ...claims, ...more }))
    const addresses = [
      await signed(keys, 'UPLOAD', { userId: ann.uuid }),
      await signed(others, 'UPLOAD'),
      await signed(keys, 'ORIGINAL'),
      await signed(keys, 'UPLOAD', { companyId: globex.companyUuid }),
      `${uploadUrl.slice(0, -3)}AAA`,
      at('x'),
      await signed(keys, 'UPLOAD', { expiresAt: new Date(Date.now() - 1) }),
    ]
    const statuses = []
    for (const address of addresses) statuses.push((await patch(app, address, 0, Buffer.alloc(10))).status)
    expect(statuses).toEqual([404, 404, 404, 404, 404, 404, 410])
    expect((await ask(app, uploadUrl.replace('/uploads', ''))).status).toBe(404)
    for (const by of [ann, globex.gus]) {
      expect((await by.mutate('deleteUpload', { attachmentId: attachment.id })).__typename).toBe(
        'NotFoundError',
      )
    }
    expect((await ask(app, uploadUrl, { method: 'DELETE', headers: TUS })).status).toBe(204)
    expect((await ask(app, uploadUrl, { method: 'HEAD', headers: TUS })).status).toBe(404)
  })

  it('has a name without folders, line breaks and characters that turn it around', async () => {
    const names = [
      '../../etc/passwd',
      'C:\\temp\\a.txt',
      'a\r\nSet-Cookie: b.txt',
      'invoice\u202efdp.exe',
      '..',
      ' \u200f ',
      'ok.txt',
    ]
    const found = []
    for (const fileName of names) found.push((await begin(acme.cal, 1, { fileName })).attachment.fileName)
    expect(found).toEqual([
      'passwd',
      'a.txt',
      'a Set-Cookie: b.txt',
      'invoicefdp.exe',
      'file',
      'file',
      'ok.txt',
    ])
    const { id } = await upload(app, acme.cal, Buffer.from('x'), { fileName: 'a"\r\nb: c;.txt' })
    const { headers } = await download(app, acme.cal, id)
    expect(headers.get('content-disposition')).toBe('attachment; filename="a\\" b: c;.txt"')
  })

  it('is of the type that its bytes tell, and nothing that could run is shown in place', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
    const files: [Buffer, string][] = [
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'a.png'],
      [Buffer.from('<!doctype html><script>alert(1)</script>'), 'b.html'],
      [Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'c.svg'],
      [Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]), 'd.html'],
      [Buffer.from('%PDF-1.7\n%äöü\n<script>'), 'e.pdf'],
    ]
    const seen = []
    for (const [bytes, fileName] of files) {
      const { id, mediaType } = await upload(app, acme.cal, bytes, { fileName })
      const { headers } = await download(app, acme.cal, id)
      expect(headers.get('content-type')).toBe(mediaType)
      seen.push([mediaType, headers.get('content-disposition')?.split(';', 1)[0]])
    }
    expect(seen).toEqual([
      ['text/plain', 'attachment'],
      ['text/plain', 'attachment'],
      ['text/plain', 'attachment'],
      ['image/png', 'inline'],
      ['application/pdf', 'attachment'],
    ])
    const fake = await upload(app, acme.cal, Buffer.from('no sound'), { kind: 'VOICE', durationMs: 1_000 })
    expect(fake.state).toBe('REFUSED')
    expect((await sendFiles(acme.cal, { recipientId: acme.bob.userId }, [fake.id])).__typename).toBe(
      'InvalidInputError',
    )
  })
})

describe('a link to a file', () => {
  it('is of a person who may still read, and answers as a file that was never there to who left the company', async () => {
    const { ann, bob, cal } = acme
    const { id } = await upload(app, bob, Buffer.from('secret'))
    await sendFiles(bob, { recipientId: cal.userId }, [id])
    const { url } = await link(cal, id)
    const change = async (member: Record<string, unknown>) => {
      await ann.mutate('syncMembers', {
        members: [{ externalId: cal.externalId, name: 'Cal Acme', isEnabled: true, ...member }],
      })
      return (await ask(app, url)).status
    }
    await ann.mutate('createRole', { name: 'Writer alone', permissions: ['MESSAGE_WRITE'] })
    expect(await change({ role: 'Writer alone' })).toBe(403)
    expect(await change({ role: 'member' })).toBe(200)
    expect(await change({ role: 'member', isEnabled: false })).toBe(404)
    expect(await change({ role: 'member' })).toBe(200)
    await ann.mutate('updateCompanySettings', { messagingEnabled: false })
    expect((await ask(app, url)).status).toBe(403)
    await ann.mutate('updateCompanySettings', { messagingEnabled: true })
  })

  it('dies with the membership, the message and the permission', async () => {
    const { ann, bob, cal } = acme
    const team = await bob.group('Links', [ann, cal])
    const send = async (more = {}) => {
      const { id } = await upload(app, bob, Buffer.from('secret'))
      const { message } = await sendFiles(bob, { conversationId: team }, [id], more)
      return { id, messageId: message.id }
    }
    const [gone, retracted, hidden, ruled] = [await send(), await send(), await send(), await send()]
    const urls: string[] = []
    for (const { id } of [gone, retracted, hidden, ruled]) urls.push((await link(cal, id)).url)
    const read = async () => Promise.all(urls.map(async (url) => (await ask(app, url)).status))
    expect(await read()).toEqual([200, 200, 200, 200])
    await bob.mutate('retractMessage', { messageId: retracted.messageId })
    expect(await read()).toEqual([200, 404, 200, 200])
    await cal.mutate('hideMessage', { messageId: hidden.messageId })
    expect(await read()).toEqual([200, 404, 404, 200])
    const rules = [{ effect: 'DENY', userId: cal.userId }]
    await bob.mutate('setMessageAccess', { messageId: ruled.messageId, rules })
    expect(await read()).toEqual([200, 404, 404, 404])
    await bob.mutate('removeParticipant', { conversationId: team, userId: cal.userId })
    expect(await read()).toEqual([404, 404, 404, 404])
    const seen = await ann.run('query ($id: ID!) { message(id: $id) { attachments { id } } }', {
      id: retracted.messageId,
    })
    expect(seen.message.attachments).toEqual([])
    const { url } = await link(ann, gone.id)
    const other = await ask(app, url, { method: 'POST' })
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
