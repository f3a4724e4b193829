import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { Clamd } from './clamd.ts'
import { attachmentOf, begin, bytesOf, download, link, patch, sendFiles, upload } from './uploading.ts'

let app: TestApp
let clamd: Clamd
let acme: TestCompany<'ann' | 'bob'>
beforeAll(async () => {
  clamd = await Clamd.start()
  const base = await startApp()
  const attachments = { ...base.environment.attachments, clamd: { host: '127.0.0.1', port: clamd.port } }
  await base[Symbol.asyncDispose]()
  app = await startApp({ tasks, environment: { attachments } })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  clamd.close()
})
beforeEach(async () => {
  acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
})
afterEach(() => {
  clamd.silent = false
})

describe('a picture', () => {
  it('is turned upright, tells nothing of its camera, and has a thumbnail', async () => {
    const { ann, bob } = acme
    const exif = { IFD0: { Model: 'Spy camera' }, IFD3: { GPSLatitude: '48/1 12/1 0/1' } }
    const taken = sharp({ create: { width: 1200, height: 800, channels: 3, background: 'red' } })
    const bytes = await taken.jpeg().withExif(exif).withMetadata({ orientation: 6 }).toBuffer()
    const picture = await upload(app, bob, bytes, { kind: 'IMAGE', fileName: 'a.jpg' })
    expect(picture).toMatchObject({ state: 'READY', mediaType: 'image/jpeg', width: 800, height: 1200 })
    await sendFiles(bob, { recipientId: ann.userId }, [picture.id])
    const shown = await bytesOf(await download(app, ann, picture.id))
    expect(shown).toHaveLength(picture.size)
    const { width, height, orientation = 1, exif: left } = await sharp(shown).metadata()
    expect({ width, height, orientation, left }).toEqual({
      width: 800,
      height: 1200,
      orientation: 1,
      left: undefined,
    })
    expect(shown.includes('Spy camera')).toBe(false)
    const { url } = await link(ann, picture.id, 'THUMBNAIL')
    const small = await fetch(app.url + new URL(url).pathname)
    expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(await sharp(await bytesOf(small)).metadata()).toMatchObject({ width: 320, height: 480 })
  })

  it('that breaks its decoder or is too large is refused, and the server goes on', async () => {
    const { bob } = acme
    const big = await sharp({ create: { width: 8_000, height: 7_000, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const png = await sharp({ create: { width: 80, height: 80, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const broken = Buffer.concat([png.subarray(0, 60), Buffer.alloc(200, 7)])
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>')
    const found = []
    for (const bytes of [big, broken, svg, Buffer.from('no picture'), png])
      found.push(await upload(app, bob, bytes, { kind: 'IMAGE' }))
    expect(found.map(({ state, refusal }) => [state, refusal])).toEqual([
      ['REFUSED', 'TOO_LARGE'],
      ['REFUSED', 'TYPE'],
      ['REFUSED', 'TYPE'],
      ['REFUSED', 'TYPE'],
      ['READY', null],
    ])
  })

  it('is not to blame where the library of pictures cannot be loaded', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'colloquy-child-'))
    await copyFile('src/attachments/image-child.mjs', join(elsewhere, 'image-child.mjs'))
    const child = spawn(process.execPath, [join(elsewhere, 'image-child.mjs'), '1', '1'], { stdio: 'ignore' })
    expect(await once(child, 'close')).toEqual([78, null])
    await rm(elsewhere, { recursive: true })
  })
})

describe('the scanner', () => {
  it('refuses what it finds, and lets nothing through while it is away', async () => {
    const { ann, bob } = acme
    const infected = await upload(app, bob, Buffer.from('a virus'))
    expect(infected.state).toBe('REFUSED')
    clamd.silent = true
    const { attachment, uploadUrl } = await begin(bob, 5)
    expect((await patch(app, uploadUrl, 0, Buffer.from('clean'))).status).toBe(204)
    expect((await attachmentOf(bob, attachment.id)).state).toBe('SCANNING')
    expect((await sendFiles(bob, { recipientId: ann.userId }, [attachment.id])).__typename).toBe(
      'InvalidInputError',
    )
    expect((await link(bob, attachment.id)).__typename).toBe('ConflictError')
    clamd.silent = false
    await onDatabase(app, 'update attachments set leased_until = now() where company_id = $1', [
      acme.companyUuid,
    ])
    await sweepAttachments(app.application.services)
    expect((await attachmentOf(bob, attachment.id)).state).toBe('READY')
  })
})
