import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPORTS_PATH } from '../../src/exports/export-link.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { allStatementsOf } from '../support/statements.ts'
import { ask, begin, link, TUS, upload } from './uploading.ts'

describe('a link', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('that was not made here leads to nothing, and costs no statement', async () => {
    const { ann } = await app.company('Acme', { ann: 'owner' })
    const { id } = await upload(app, ann, Buffer.from('secret'))
    const { url } = await link(ann, id)
    const { uploadUrl } = await begin(ann, 5)
    const place = url.lastIndexOf('/') + 1
    const token = Buffer.from(url.slice(place), 'base64url')
    // Company, file, person, end, signature and stamp.
    const forged = [3, 20, 40, 50, 60, 95].map((at) => {
      const bytes = Buffer.from(token)
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
      return bytes.toString('base64url')
    })
    const statuses: number[] = []
    const sent = await allStatementsOf(async () => {
      for (const each of [...forged, token.subarray(0, -16).toString('base64url'), 'x'])
        for (const begin of [
          url.slice(0, place),
          uploadUrl.slice(0, uploadUrl.lastIndexOf('/') + 1),
          `http://x${EXPORTS_PATH}`,
        ]) {
          const method = begin.includes('/uploads/') ? 'HEAD' : 'GET'
          statuses.push((await ask(app, begin + each, { method, headers: TUS })).status)
        }
    })
    expect(new Set(statuses)).toEqual(new Set([404]))
    expect(sent).toEqual([])
    expect((await ask(app, url)).status).toBe(200)
  })
})
