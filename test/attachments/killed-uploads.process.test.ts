import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { decodeId } from '../../src/ids.ts'
import { onDatabase } from '../support/on-database.ts'
import { bundleProgram, type Program } from '../support/server-process.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import { ask, attachmentOf, begin, bytesOf, download, patch, TUS } from './uploading.ts'

const PART = 8 * 1024 * 1024
const HALF = 3_000_000

let program: Program
beforeAll(async () => {
  program = await bundleProgram('src/main.ts')
})
afterAll(() => program.remove())

/** The variables of a second process of the deployment. */
function environmentOf({ database, environment, s3 }: AppWithFiles): Record<string, string> {
  const { appUrl, ownerUrl, systemUrl } = database
  const common = {
    ...{ PATH: process.env.PATH ?? '', PORT: '0', SEED: 'none', DATA_DIR: environment.dataDirectory },
    ...{ DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, DATABASE_SYSTEM_URL: systemUrl },
  }
  if (!s3) return common
  const { bucket, prefix, region, endpoint = '', credentials } = s3.settings
  return {
    ...common,
    ...{ FILE_STORE: 's3', S3_BUCKET: bucket, S3_PREFIX: prefix, S3_ENDPOINT: endpoint, AWS_REGION: region },
    AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
  }
}

/** Sends the first half of a part, and leaves the connection open. */
function sendHalf(url: string, offset: number, bytes: Uint8Array): void {
  const headers = {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
    'content-length': String(bytes.length),
  }
  const half = request(url, { method: 'PATCH', headers })
  half.on('error', () => {})
  half.write(bytes.subarray(0, HALF))
}

describe.each(STORES)('an upload into a store on %s', (store) => {
  it('goes on at another process with the part in which its process was killed, and leaves no remains', async () => {
    await using app = await startWithFiles(store)
    const { bob, companyUuid } = await app.company('Acme', { ann: 'owner', bob: 'member' })
    const node = program.start([], { env: environmentOf(app) })
    const [nodeUrl = ''] = /http:\/\/[^/\s]+/.exec(await node.firstLine) ?? []
    const bytes = randomBytes(2 * PART + 10)
    const { attachment, uploadUrl } = await begin(bob.at(nodeUrl), bytes.length)
    const there = { ...app, url: nodeUrl }
    expect((await patch(there, uploadUrl, 0, bytes.subarray(0, PART))).status).toBe(204)
    sendHalf(nodeUrl + new URL(uploadUrl).pathname, PART, bytes.subarray(PART, 2 * PART))
    const uuid = decodeId(attachment.id)?.uuid
    await expect
      .poll(async () => (await onDatabase(app, 'select lease from attachments where id = $1', [uuid]))[0])
      .not.toEqual({ lease: null })
    await node.end('SIGKILL')
    const head = await ask(app, uploadUrl, { method: 'HEAD', headers: TUS })
    expect(head.headers.get('upload-offset')).toBe(String(PART))
    // Somebody else may go on a minute after the last sign of life.
    const early = await patch(app, uploadUrl, PART, bytes.subarray(PART, 2 * PART))
    expect([early.status, early.headers.get('retry-after')]).toEqual([423, '60'])
    await onDatabase(app, 'update attachments set leased_until = now() where id = $1', [uuid])
    for (const offset of [PART, 2 * PART])
      expect((await patch(app, uploadUrl, offset, bytes.subarray(offset, offset + PART))).status).toBe(204)
    expect((await attachmentOf(bob, attachment.id)).state).toBe('READY')
    expect((await bytesOf(await download(app, bob, attachment.id))).equals(bytes)).toBe(true)
    const kept = store === 'S3' ? ['upload'] : ['upload.0', 'upload.1', 'upload.2']
    expect(await app.filesOf(companyUuid, attachment.id).names()).toEqual(kept)
  })

  it('is gone a day after its process was killed, unless somebody goes on with it', async () => {
    await using app = await startWithFiles(store)
    const { bob, companyUuid } = await app.company('Acme', { ann: 'owner', bob: 'member' })
    const node = program.start([], { env: environmentOf(app) })
    const [nodeUrl = ''] = /http:\/\/[^/\s]+/.exec(await node.firstLine) ?? []
    const { attachment, uploadUrl } = await begin(bob.at(nodeUrl), 2 * PART)
    const files = app.filesOf(companyUuid, attachment.id)
    const there = { ...app, url: nodeUrl }
    expect((await patch(there, uploadUrl, 0, randomBytes(PART))).status).toBe(204)
    sendHalf(nodeUrl + new URL(uploadUrl).pathname, PART, randomBytes(PART))
    const uuid = decodeId(attachment.id)?.uuid
    await expect
      .poll(async () => (await onDatabase(app, 'select lease from attachments where id = $1', [uuid]))[0])
      .not.toEqual({ lease: null })
    await node.end('SIGKILL')
    expect(await files.names()).not.toEqual([])
    await onDatabase(app, `update attachments set created_at = created_at - interval '25 hours'`)
    await sweepAttachments(app.application.services)
    expect(await files.names()).toEqual([])
    expect(await onDatabase(app, 'select id from attachments')).toEqual([])
  })
})
