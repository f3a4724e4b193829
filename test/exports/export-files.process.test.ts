import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expireAll } from '../../src/exports/operations/start-expiring-exports.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { bundleProgram } from '../support/server-process.ts'
import { exported, linkTo, messagesIn, open, request, untilExport } from './exporting.ts'

let app: TestApp
afterEach(() => app[Symbol.asyncDispose]())

const folderOf = ({ companyUuid }: TestCompany<'ann' | 'bob'>) =>
  join(app.environment.dataDirectory, 'exports', companyUuid)
const acme = () => app.company('Acme', { ann: 'owner', bob: 'member' })

describe('the file of an export', () => {
  it('is private and holds nothing that can be read', async () => {
    app = await startApp({ tasks })
    const company = await acme()
    await company.bob.say({ recipientId: company.ann.userId }, 'Kanarienvogel singt', { subject: 'Voliere' })
    const { text } = await exported(app, company.ann)
    expect(text).toContain('Kanarienvogel')
    const [name = '', ...others] = await readdir(folderOf(company))
    expect(others).toEqual([])
    const path = join(folderOf(company), name)
    expect([(await stat(path)).mode & 0o777, (await stat(folderOf(company))).mode & 0o777]).toEqual([
      0o600, 0o700,
    ])
    const bytes = await readFile(path)
    for (const plain of ['Kanarienvogel', 'Voliere', 'Bob', company.companyId, 'conversation'])
      expect(bytes.includes(plain)).toBe(false)
  })

  it('that was changed, cut off or put in the place of another breaks off instead of being served', async () => {
    app = await startApp({ tasks })
    const company = await acme()
    for (let number = 0; number < 60; number += 1)
      await company.bob.say({ recipientId: company.ann.userId }, `${number} ${'long '.repeat(600)}`)
    const { id, text } = await exported(app, company.ann)
    const { id: other } = await exported(app, company.ann)
    const { url } = await linkTo(company.ann, id)
    const [{ file = '' } = {}, { file: otherFile = '' } = {}] = await onDatabase<{ file: string }>(
      app,
      'select file_id as file from exports where company_id = $1 order by id = $2 desc',
      [company.companyUuid, Buffer.from(id, 'base64url').toString().split(':')[1]],
    )
    const path = join(folderOf(company), file)
    const whole = await readFile(path)
    const at = whole.length - 100_000
    const damaged = {
      changed: Buffer.concat([
        whole.subarray(0, at),
        Buffer.from([(whole[at] ?? 0) ^ 1]),
        whole.subarray(at + 1),
      ]),
      'cut off': whole.subarray(0, 2 * 65_564),
      'without its key': whole.subarray(200),
      'that of another export': await readFile(join(folderOf(company), otherFile)),
    }
    expect(other).not.toBe(id)
    for (const [how, bytes] of Object.entries(damaged)) {
      await writeFile(path, bytes)
      const read = await open(app, url)
        .then((response) => response.text())
        .catch(() => 'broke off')
      expect([how, read]).toEqual([how, 'broke off'])
    }
    await writeFile(path, whole)
    expect(await (await open(app, url)).text()).toBe(text)
  })

  it('is deleted after a day with the remains of attempts, and the export has expired', async () => {
    app = await startApp({ tasks })
    const company = await acme()
    const { id } = await exported(app, company.ann)
    const { id: kept } = await exported(app, company.ann)
    const { url } = await linkTo(company.ann, id)
    await onDatabase(
      app,
      `update exports set ended_at = ended_at - interval '24 hours' where company_id = $1 and id = $2`,
      [company.companyUuid, Buffer.from(id, 'base64url').toString().split(':')[1]],
    )
    // Its time is over although nobody has deleted the file yet.
    expect((await open(app, url)).status).toBe(410)
    await writeFile(join(folderOf(company), '00000000-0000-7000-8000-000000000000.draft'), 'remains')
    await expireAll(app.application.services)
    expect(await readdir(folderOf(company))).toHaveLength(1)
    await untilExport(company.ann, id, 'EXPIRED')
    const { url: keptUrl } = await linkTo(company.ann, kept)
    expect((await open(app, keptUrl)).status).toBe(200)
  })

  it('is written anew after its process was killed in the middle of it, and never served by half', async () => {
    app = await startApp()
    const company = await acme()
    await company.bob.say({ recipientId: company.ann.userId }, 'Whole')
    const program = await bundleProgram('test/exports/export-process.ts')
    try {
      const { appUrl, ownerUrl, systemUrl } = app.database
      const env = { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, DATABASE_SYSTEM_URL: systemUrl }
      const node = program.start([], { env: { ...env, DATA_DIR: app.environment.dataDirectory } })
      const { id } = (await request(company.ann)).export
      expect(await node.firstLine).toBe('begun')
      expect(await company.ann.mutate('createExportLink', { exportId: id })).toMatchObject({
        __typename: 'ConflictError',
        detail: 'The export is not done.',
      })
      await node.end('SIGKILL')
      app.application.startJobs(tasks)
      await untilExport(company.ann, id)
      const { url } = await linkTo(company.ann, id)
      expect(messagesIn(await (await open(app, url)).text())).toMatchObject([{ body: 'Whole' }])
      await expireAll(app.application.services)
      expect(await readdir(folderOf(company))).toHaveLength(1)
    } finally {
      await program.remove()
    }
  })

  it('of an export that keeps failing ends as failed, and lets the next one begin', async () => {
    app = await startApp({ tasks })
    const company = await acme()
    const { exportFiles } = app.application.services
    const writing = vi.spyOn(exportFiles, 'write').mockRejectedValue(new Error('the disk is full'))
    const { id } = (await request(company.ann)).export
    await vi.waitUntil(() => writing.mock.calls.length > 0, { timeout: 30_000 })
    const { id: next } = (await request(company.ann)).export
    // Attempts come with growing delays, so that of the last one is taken ahead.
    await onDatabase(
      app,
      'update graphile_worker._private_jobs set attempts = 4, run_at = now() where attempts between 1 and 3',
    )
    await untilExport(company.ann, id, 'FAILED')
    writing.mockRestore()
    await untilExport(company.ann, next)
    expect(JSON.stringify(app.logged)).toContain('an export has failed')
  })
})
