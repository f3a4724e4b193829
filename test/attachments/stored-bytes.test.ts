import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestCompany } from '../support/app.ts'
import { tableContents } from '../support/table-contents.ts'
import { type AppWithFiles, STORES, type StoredFiles, startWithFiles } from './stores.ts'
import { begin, bytesOf, download, patch, startPart, upload } from './uploading.ts'

const SEALED_CHUNK_BYTES = 16_384 + 28
const CANARY = 'The canary of files sings'
const PART = 8 * 1024 * 1024

interface Found {
  name: string
  bytes: Buffer
}

const isDraft = ({ name }: Found) => name.endsWith('.draft')

async function filesIn(folder: string): Promise<Found[]> {
  const found: Found[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const name = join(entry.path, entry.name)
    // A draft may be gone by now.
    if (entry.isFile()) found.push({ name, bytes: await readFile(name).catch(() => Buffer.alloc(0)) })
  }
  return found
}

describe.each(STORES)('stored bytes on %s', (store) => {
  let app: AppWithFiles
  let acme: TestCompany<'ann'>
  beforeAll(async () => {
    app = await startWithFiles(store)
    acme = await app.company('Acme', { ann: 'owner' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('that are cut off, changed, moved or swapped are not read, and nothing of them is in the clear', async () => {
    const bytes = Buffer.alloc(100_000, CANARY)
    const [one, two] = [await upload(app, acme.ann, bytes), await upload(app, acme.ann, bytes)]
    const files = app.filesOf(acme.companyUuid, one.id)
    const name = app.firstPart
    const stored = await files.read(name)
    expect(stored.includes('canary')).toBe(false)
    const chunk = (at: number) =>
      stored.subarray(32 + at * SEALED_CHUNK_BYTES, 32 + (at + 1) * SEALED_CHUNK_BYTES)
    const swapped = [stored.subarray(0, 32), chunk(1), chunk(0), stored.subarray(32 + 2 * SEALED_CHUNK_BYTES)]
    const changed = Buffer.from(stored.map((byte, at) => (at === 90_000 ? byte ^ 1 : byte)))
    const other = await app.filesOf(acme.companyUuid, two.id).read(name)
    const spoiled: [string, Buffer, unknown][] = [
      ['cut off in a chunk', stored.subarray(0, stored.length - 5), 'broken'],
      ['cut off after a chunk', stored.subarray(0, 32 + 6 * SEALED_CHUNK_BYTES), 'broken'],
      ['reordered', Buffer.concat(swapped), 503],
      ['changed', changed, 'broken'],
      ['of another file', other, 503],
    ]
    const outcomes: typeof spoiled = []
    for (const [how, content] of spoiled) {
      await files.write(name, content)
      const response = await download(app, acme.ann, one.id)
      const body = await bytesOf(response).catch(() => 'broken')
      outcomes.push([how, content, response.status === 200 ? body : response.status])
    }
    expect(outcomes).toEqual(spoiled)
    await files.write(name, stored)
    expect((await bytesOf(await download(app, acme.ann, one.id))).equals(bytes)).toBe(true)
    await files.remove(name)
    expect((await download(app, acme.ann, one.id)).status).toBe(404)
  })

  it('hold nothing in the clear while they come in, once they are whole, or when they broke off', async () => {
    const bytes = Buffer.alloc(PART + 2_000_000, CANARY)
    const { attachment, uploadUrl } = await begin(acme.ann, bytes.length, { fileName: `${CANARY}.txt` })
    const files = app.filesOf(acme.companyUuid, attachment.id)
    await patch(app, uploadUrl, 0, bytes.subarray(0, PART))
    const half = startPart(app, uploadUrl, PART, 2_000_000)
    half.write(bytes.subarray(PART, PART + 1_000_000))
    const drafts = async () => (await filesIn(app.environment.dataDirectory)).filter(isDraft)
    if (store === 'disk') await expect.poll(async () => (await drafts())[0]?.bytes.length).toBeGreaterThan(0)
    await expectNoCanary(files)
    half.destroy()
    await expect.poll(drafts).toEqual([])
    await expect.poll(async () => (await patch(app, uploadUrl, PART, bytes.subarray(PART))).status).toBe(204)
    expect((await bytesOf(await download(app, acme.ann, attachment.id))).equals(bytes)).toBe(true)
    await expectNoCanary(files)
    expect(await drafts()).toEqual([])
  })

  /** Looks in the store, in the data directory, in the database and in the log. */
  async function expectNoCanary(files: StoredFiles): Promise<void> {
    const found = []
    for (const name of await files.names())
      if (!name.endsWith(' begun') && (await files.read(name)).includes('canary')) found.push(name)
    for (const { name, bytes } of await filesIn(app.environment.dataDirectory))
      if (bytes.includes('canary')) found.push(name)
    for (const { parts } of app.s3?.uploads.values() ?? [])
      for (const bytes of parts.values()) if (bytes.includes('canary')) found.push('a part')
    expect(found).toEqual([])
    const rows = JSON.stringify([await tableContents(app.database.adminUrl), app.logged])
    for (const form of [Buffer.from('canary').toString('hex'), 'canary']) expect(rows).not.toContain(form)
  }
})
