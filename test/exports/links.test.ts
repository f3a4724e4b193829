import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { linkToken } from '../../src/exports/export-link.ts'
import { decodeId } from '../../src/ids.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { failWrites } from '../support/failing-writes.ts'
import { onDatabase } from '../support/on-database.ts'
import { exported, linkTo, messagesIn, open, request, untilExport } from './exporting.ts'

let app: TestApp
let acme: TestCompany<'ann' | 'amy' | 'bob'>
let exportId: string
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { ann: 'owner', amy: 'auditor', bob: 'member' })
  await acme.bob.say({ recipientId: acme.ann.userId }, 'Found')
  exportId = (await request(acme.ann)).export.id
  await untilExport(acme.ann, exportId)
})
afterEach(() => vi.useRealTimers())

const status = async (url: string, init?: RequestInit) => (await open(app, url, init)).status

describe('a link to an export', () => {
  it('downloads the file, uncached and under a name, and its manifest', async () => {
    const { url, manifestUrl, expiresAt } = await linkTo(acme.ann, exportId)
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000
    expect(minutes).toBeGreaterThan(1)
    expect(minutes).toBeLessThanOrEqual(10)
    const file = await open(app, url)
    const text = await file.text()
    expect(messagesIn(text)).toMatchObject([{ body: 'Found' }])
    const digest = createHash('sha256').update(text).digest()
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-disposition': expect.stringMatching(/^attachment; filename="messages-[\d-]{21}\.jsonl"$/),
      'content-length': String(Buffer.byteLength(text)),
      'content-type': 'application/x-ndjson; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'repr-digest': `sha-256=:${digest.toString('base64')}:`,
      'x-content-type-options': 'nosniff',
    })
    const manifest = await open(app, manifestUrl)
    expect(manifest.headers.get('content-disposition')).toMatch(/\.jsonl\.manifest\.json"$/)
    expect(await manifest.json()).toMatchObject({ sha256: digest.toString('hex'), messageCount: 1 })
    const head = await open(app, url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(await status(url, { method: 'POST' })).toBe(405)
  })

  it('is not created, and leads to nothing, while that cannot be recorded', async () => {
    const { url, manifestUrl } = await linkTo(acme.ann, exportId)
    {
      await using _failing = await failWrites(app, 'audit_events', [acme.companyUuid])
      for (const address of [url, manifestUrl]) {
        const answer = await open(app, address)
        expect([answer.status, await answer.text()]).toEqual([
          503,
          expect.stringMatching(/^This does not work/),
        ])
      }
      const { errors } = await acme.ann.send(
        'mutation ($id: ID!) { createExportLink(input: { exportId: $id }) { ... on CreateExportLinkPayload { url } } }',
        { id: exportId },
      )
      expect(errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR')
    }
    expect(await status(url)).toBe(200)
  })

  it('ends after its time', async () => {
    const { url } = await linkTo(acme.ann, exportId)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 })
    expect(await status(url)).toBe(410)
  })

  it('works for its viewer only, while the viewer has both permissions and belongs to the company', async () => {
    const { url } = await linkTo(acme.amy, exportId)
    const bearer = ({ token }: { token: string }) => ({ headers: { authorization: `Bearer ${token}` } })
    expect(await status(url, bearer(acme.amy))).toBe(200)
    expect(await status(url, bearer(acme.ann))).toBe(403)
    expect(await status(url, bearer({ token: 'none' }))).toBe(403)
    const change = (member: Record<string, unknown>) =>
      acme.ann.mutate('syncMembers', {
        members: [{ externalId: acme.amy.externalId, name: 'Amy', ...member }],
      })
    await change({ role: 'admin' })
    expect(await status(url)).toBe(403)
    await change({ role: 'auditor' })
    expect(await status(url)).toBe(200)
    await change({ role: 'auditor', isEnabled: false })
    expect(await status(url)).toBe(403)
  })

  it('that was forged, changed or is of another company leads nowhere', async () => {
    const { url } = await linkTo(acme.ann, exportId)
    const globex = await app.company('Globex', { gus: 'owner' })
    const token = Buffer.from(url.slice(url.lastIndexOf('/') + 1), 'base64url')
    const changed = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(token)
      change(bytes)
      return `http://x/exports/${bytes.toString('base64url')}`
    }
    // Company, export, person, end and signature.
    for (const place of [3, 20, 40, 50, 60])
      expect([
        place,
        await status(changed((bytes) => bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place))),
      ]).toEqual([place, 404])
    const { keyring, deploymentKey: deployment } = app.application.services
    const claims = {
      companyId: acme.companyUuid,
      exportId: decodeId(exportId)?.uuid ?? '',
      userId: acme.ann.uuid,
      expiresAt: new Date(Date.now() + 60_000),
    }
    const signedBy = async (companyUuid: string) =>
      `http://x/exports/${await linkToken({ company: await keyring.forCompany(companyUuid), deployment }, claims)}`
    expect(await status(await signedBy(acme.companyUuid))).toBe(200)
    expect(await status(await signedBy(globex.companyUuid))).toBe(404)
    const ofGlobex = Buffer.from(globex.companyUuid.replaceAll('-', ''), 'hex')
    expect(await status(changed((bytes) => ofGlobex.copy(bytes)))).toBe(404)
    for (const path of ['/exports/', '/exports/x', `/exports/${'A'.repeat(136)}`, '/exports/../healthz'])
      expect([path, [404, 200].includes(await status(`http://x${path}`))]).toEqual([path, true])
    const refused = await globex.gus.mutate('createExportLink', { exportId })
    expect(refused).toMatchObject({ __typename: 'NotFoundError' })
  })

  it('is not created for an export that waits, or was deleted', async () => {
    const set = (state: string) =>
      onDatabase(app, 'update exports set state = $2, file_id = null where company_id = $1', [
        acme.companyUuid,
        state,
      ])
    const { url } = await linkTo(acme.ann, exportId)
    for (const state of ['QUEUED', 'FAILED', 'EXPIRED']) {
      await set(state)
      expect(await acme.ann.mutate('createExportLink', { exportId })).toMatchObject({
        __typename: 'ConflictError',
      })
      expect(await status(url)).toBe(410)
    }
    expect(await acme.bob.mutate('createExportLink', { exportId })).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
  })
})

describe('a CSV file', () => {
  it('quotes by RFC 4180, begins with a byte order mark, and runs no formula in any cell', async () => {
    const { ann, bob } = acme
    const bodies = [
      '=HYPERLINK("http://evil.test")',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      'Line\nline, "quoted"\r\nend',
      'plain',
    ]
    const team = await bob.group('=cmd|calc', [ann])
    for (const body of bodies) await bob.say({ conversationId: team }, body, { subject: body.slice(0, 20) })
    await ann.mutate('syncMembers', { members: [{ externalId: bob.externalId, name: '=NAME()' }] })
    const { text, response } = await exported(app, ann, { format: 'CSV', conversationIds: [team] })
    expect(response.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/)
    const [head = [], ...rows] = cellsOf(text)
    expect(text.endsWith('\r\n')).toBe(true)
    const column = (name: string) => rows.map((row) => row[head.indexOf(name)])
    expect(column('body')).toEqual([...bodies.slice(0, 5).map((body) => `'${body}`), ...bodies.slice(5)])
    expect(new Set(column('conversationTitle'))).toEqual(new Set(["'=cmd|calc"]))
    expect(new Set(column('authorName'))).toEqual(new Set(["'=NAME()"]))
    for (const row of rows) expect(row).toHaveLength(head.length)
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\0]/)
  })

  it('has a header also if it has no messages, and the mark in its bytes', async () => {
    const { id } = await exported(app, acme.ann, { format: 'CSV', userIds: [acme.amy.userId] })
    const { url } = await linkTo(acme.ann, id)
    const bytes = Buffer.from(await (await open(app, url)).arrayBuffer())
    expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf')
    expect(bytes.toString('utf8').split('\r\n')).toEqual([expect.stringContaining('"conversationId",'), ''])
  })
})

/** Reads CSV by RFC 4180. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy
  for (let match = cell.exec(text); match; match = cell.exec(text)) {
    const [, quoted, plain = '', end] = match
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
    if (end === '' || cell.lastIndex === text.length) break
  }
  return rows.filter((row) => row.length > 1)
}
