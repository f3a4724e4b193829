import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestCompany } from '../support/app.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import { bytesOf, download, upload } from './uploading.ts'

const SEALED_CHUNK_BYTES = 16_384 + 28
const CANARY = 'The canary of files sings'

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

  it('hold nothing in the clear, in the store, in the data directory or in the log', async () => {
    const { id } = await upload(app, acme.ann, Buffer.alloc(9 * 1024 * 1024, CANARY), {
      fileName: `${CANARY}.txt`,
    })
    const files = app.filesOf(acme.companyUuid, id)
    for (const name of await files.names()) expect((await files.read(name)).includes('canary')).toBe(false)
    expect(JSON.stringify(app.logged)).not.toContain('canary')
    const names = await readdir(join(app.environment.dataDirectory), { recursive: true })
    expect(names.filter((name) => name.endsWith('.draft'))).toEqual([])
  })
})
