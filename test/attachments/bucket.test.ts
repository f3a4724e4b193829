import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { metrics } from '../../src/metrics/metrics.ts'
import { StoreBusyError } from '../../src/s3/calling.ts'
import { openBucket } from '../../src/s3/open-bucket.ts'
import { startApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import type { S3Stub } from '../support/s3.ts'
import { type AppWithFiles, startWithFiles } from './stores.ts'
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

const PART = 8 * 1024 * 1024

let app: AppWithFiles
let acme: TestCompany<'ann' | 'bob'>
let s3: S3Stub
beforeAll(async () => {
  app = await startWithFiles('S3')
  if (!app.s3) throw new Error('There is no bucket.')
  s3 = app.s3
  acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())
afterEach(() => {
  s3.fault = undefined
})

const offsetOf = async (url: string) =>
  (await ask(app, url, { method: 'HEAD', headers: TUS })).headers.get('upload-offset')

describe('a bucket', () => {
  it('takes the parts of an upload as they come, and an object of them appears with the last', async () => {
    const bytes = randomBytes(2 * PART + 100)
    const { attachment, uploadUrl } = await begin(acme.bob, bytes.length)
    const files = app.filesOf(acme.companyUuid, attachment.id)
    expect((await patch(app, uploadUrl, 0, bytes.subarray(0, PART))).status).toBe(204)
    expect(await files.names()).toEqual(['upload begun'])
    // Another process goes on: nothing about the upload is kept in the memory of one.
    await using second = await startApp({
      beside: app,
      environment: { attachments: app.environment.attachments },
    })
    const there = { ...app, url: second.url }
    expect((await patch(there, uploadUrl, PART, bytes.subarray(PART, 2 * PART))).status).toBe(204)
    expect((await patch(app, uploadUrl, 2 * PART, bytes.subarray(2 * PART))).status).toBe(204)
    expect(await files.names()).toEqual(['upload'])
    expect((await bytesOf(await download(app, acme.bob, attachment.id))).equals(bytes)).toBe(true)
  })

  it.each([
    ['at once', undefined],
    ['in mid-part', 3_000_000],
  ])(
    'that fails %s loses no part that is stored, and the upload goes on later',
    async (_when, afterBytes) => {
      const bytes = randomBytes(PART + 4_000_000)
      const { attachment, uploadUrl } = await begin(acme.bob, bytes.length)
      expect((await patch(app, uploadUrl, 0, bytes.subarray(0, PART))).status).toBe(204)
      s3.fault = { status: 503, code: 'SlowDown', ...(afterBytes && { afterBytes, calls: /UploadPart/ }) }
      const refused = await patch(app, uploadUrl, PART, bytes.subarray(PART))
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60'])
      expect(await offsetOf(uploadUrl)).toBe(String(PART))
      s3.fault = undefined
      expect((await patch(app, uploadUrl, PART, bytes.subarray(PART))).status).toBe(204)
      expect((await bytesOf(await download(app, acme.bob, attachment.id))).equals(bytes)).toBe(true)
      expect(await metrics.getSingleMetricAsString('colloquy_file_store_failures_total')).toContain(
        'SlowDown',
      )
    },
  )

  it('that fails answers downloads with 503, and forgets nothing that is to be deleted', async () => {
    const { id } = await upload(app, acme.bob, Buffer.from('here again'))
    const gone = await upload(app, acme.bob, Buffer.from('gone'))
    const { url } = await link(acme.bob, id)
    s3.fault = { status: 503, code: 'SlowDown' }
    expect((await ask(app, url)).status).toBe(503)
    expect((await acme.bob.mutate('deleteUpload', { attachmentId: gone.id })).__typename).toBe(
      'DeleteUploadPayload',
    )
    await sweepAttachments(app.application.services)
    s3.fault = undefined
    expect(await (await ask(app, url)).text()).toBe('here again')
    expect(await app.filesOf(acme.companyUuid, gone.id).names()).toEqual(['upload'])
    await sweepAttachments(app.application.services)
    expect(await app.filesOf(acme.companyUuid, gone.id).names()).toEqual([])
  })

  it('that has the object is not written again when a crash came before the last part was counted', async () => {
    const bytes = randomBytes(PART + 10)
    const { attachment, uploadUrl } = await begin(acme.bob, bytes.length)
    await patch(app, uploadUrl, 0, bytes.subarray(0, PART))
    await patch(app, uploadUrl, PART, bytes.subarray(PART))
    // As the crash leaves it.
    await onDatabase(
      app,
      `update attachments set state = 'UPLOADING', received = $2, media_type = null where id = (
        select id from attachments where company_id = $1 order by created_at desc limit 1)`,
      [acme.companyUuid, PART],
    )
    expect((await patch(app, uploadUrl, PART, bytes.subarray(PART))).status).toBe(204)
    expect((await attachmentOf(acme.bob, attachment.id)).state).toBe('READY')
    expect((await bytesOf(await download(app, acme.bob, attachment.id))).equals(bytes)).toBe(true)
  })

  it('that has begun an upload twice, because an answer was lost, has one object of all parts and nothing beside it', async () => {
    const bytes = randomBytes(2 * PART + 10)
    const { attachment, uploadUrl } = await begin(acme.bob, bytes.length)
    s3.fault = { status: 0, code: '', calls: /CreateMultipartUpload/, lostAnswers: 1 }
    const statuses = []
    for (let offset = 0; offset < bytes.length; offset += PART)
      statuses.push((await patch(app, uploadUrl, offset, bytes.subarray(offset, offset + PART))).status)
    expect([s3.fault.lostAnswers, statuses]).toEqual([0, [204, 204, 204]])
    expect((await bytesOf(await download(app, acme.bob, attachment.id))).equals(bytes)).toBe(true)
    expect(await app.filesOf(acme.companyUuid, attachment.id).names()).toEqual(['upload'])
  })

  it('that fails while a check tidies up loses the remains of the check by the next sweep, whatever has become of the file', async () => {
    const plain = { create: { width: 30, height: 20, channels: 3 as const, background: 'red' } }
    const bytes = await sharp(plain).png().toBuffer()
    s3.fault = { status: 503, code: 'SlowDown', calls: /ListMultipartUploads|DeleteObject/ }
    const [picture, refused] = [
      await upload(app, acme.bob, bytes, { kind: 'IMAGE' }),
      await upload(app, acme.bob, Buffer.from('no picture'), { kind: 'IMAGE' }),
    ]
    expect([picture.state, refused.state]).toEqual(['READY', 'REFUSED'])
    await sendFiles(acme.bob, { recipientId: acme.ann.userId }, [picture.id])
    const namesOf = (id: string) => app.filesOf(acme.companyUuid, id).names()
    await sweepAttachments(app.application.services)
    expect([await namesOf(picture.id), await namesOf(refused.id)]).toEqual([
      ['image', 'thumbnail', 'upload'],
      ['upload'],
    ])
    s3.fault = undefined
    await sweepAttachments(app.application.services)
    expect([await namesOf(picture.id), await namesOf(refused.id)]).toEqual([['image', 'thumbnail'], []])
    const before = s3.calls.length
    await sweepAttachments(app.application.services)
    expect(s3.calls).toHaveLength(before)
  })

  it('that has lost the earlier parts ends the upload with 410', async () => {
    const bytes = randomBytes(PART + 10)
    const { uploadUrl } = await begin(acme.bob, bytes.length)
    await patch(app, uploadUrl, 0, bytes.subarray(0, PART))
    s3.uploads.clear()
    expect((await patch(app, uploadUrl, PART, bytes.subarray(PART))).status).toBe(410)
  })

  it('is looked for by the doctor, which names one that is not there', async () => {
    await openBucket(s3.settings).check()
    await expect(openBucket({ ...s3.settings, bucket: 'other' }).check()).rejects.toThrow('NotFound')
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'wrong' }
    await expect(openBucket({ ...s3.settings, credentials }).check()).rejects.toThrow(StoreBusyError)
  })

  it('has no upload left of what is deleted in the middle', async () => {
    const { attachment, uploadUrl } = await begin(acme.bob, PART + 10)
    await patch(app, uploadUrl, 0, randomBytes(PART))
    await acme.bob.mutate('deleteUpload', { attachmentId: attachment.id })
    expect(await app.filesOf(acme.companyUuid, attachment.id).names()).toEqual([])
  })
})
