import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { destroyCompany } from '../../src/companies/operations/destroy-company.ts'
import { rowsOf } from '../../src/database/columns.ts'
import { statement } from '../../src/database/statement.ts'
import { decodeId, newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder, sweepOnce } from '../support/retention.ts'
import { statementsOf } from '../support/statements.ts'
import { begin, sendFiles, upload } from './uploading.ts'

const MEGABYTE = 1024 * 1024
const COMPANIES = 2_000

let app: TestApp
let acme: TestCompany<'ann' | 'bob' | 'cal'>
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
})

const uuidOf = (id: string) => decodeId(id)?.uuid ?? ''

/** The counted bytes of the company, once they equal the sum over its files. */
async function countedBytes(): Promise<number> {
  const [row] = await onDatabase<{ counted: string; summed: string }>(
    app,
    `select coalesce((select bytes from file_usage where company_id = $1), 0)::text as counted,
      (select coalesce(sum(size), 0) from attachments
        where company_id = $1 and state in ('UPLOADING', 'SCANNING', 'READY', 'ATTACHED'))::text as summed`,
    [acme.companyUuid],
  )
  expect(row?.counted).toBe(row?.summed)
  return Number(row?.counted)
}

describe('the bytes of a company', () => {
  it('are those of its files after uploads, deletes and sends that race', async () => {
    const { ann, bob, cal } = acme
    const people = [ann, bob, cal]
    const begun = await Promise.all(
      Array.from({ length: 30 }, (_each, at) => begin(people[at % 3] ?? bob, 1_000 + at)),
    )
    const ready = await Promise.all(people.map((by) => upload(app, by, Buffer.alloc(500, 'x'))))
    await Promise.all([
      ...begun
        .slice(0, 20)
        .map(({ attachment }, at) =>
          (people[at % 3] ?? bob).mutate('deleteUpload', { attachmentId: attachment.id }),
        ),
      ...begun
        .slice(0, 20)
        .map(({ attachment }, at) =>
          (people[at % 3] ?? bob).mutate('deleteUpload', { attachmentId: attachment.id }),
        ),
      ...people.map((by, at) =>
        sendFiles(by, { recipientId: (people[(at + 1) % 3] ?? bob).userId }, [ready[at]?.id]),
      ),
      ...Array.from({ length: 9 }, (_each, at) => begin(people[at % 3] ?? bob, 10)),
      sweepAttachments(app.application.services),
    ])
    const left = Array.from({ length: 10 }, (_each, at) => 1_020 + at).reduce((sum, size) => sum + size, 0)
    expect(await countedBytes()).toBe(left + 3 * 500 + 9 * 10)
  })

  it('follow a picture that is written anew, and leave out what is refused, expired, purged or erased', async () => {
    const { ann, bob, cal } = acme
    const plain = { create: { width: 300, height: 200, channels: 3 as const, background: 'red' } }
    const picture = await upload(app, bob, await sharp(plain).png().toBuffer(), { kind: 'IMAGE' })
    expect(await countedBytes()).toBe(picture.size)
    expect((await upload(app, bob, Buffer.from('no picture'), { kind: 'IMAGE' })).state).toBe('REFUSED')
    expect(await countedBytes()).toBe(picture.size)
    const old = (await begin(bob, 777)).attachment
    await onDatabase(
      app,
      `update attachments set created_at = created_at - interval '25 hours' where id = $1`,
      [uuidOf(old.id)],
    )
    await sweepAttachments(app.application.services)
    expect(await countedBytes()).toBe(picture.size)
    await sendFiles(bob, { recipientId: ann.userId }, [picture.id])
    expect(await countedBytes()).toBe(picture.size)
    await ann.mutate('updateCompanySettings', { retentionDays: 10 })
    await makeMessagesOlder(app, acme, 11)
    await sweepOnce(app, acme)
    expect(await countedBytes()).toBe(0)
    await begin(cal, 55)
    await ann.mutate('eraseUser', { userId: cal.userId, confirmName: 'Cal Acme' })
    expect(await countedBytes()).toBe(0)
    await begin(ann, 66)
    const { services, keySource } = app.application
    await destroyCompany({ database: services.database, provider: keySource.provider }, acme.companyUuid)
    expect(await countedBytes()).toBe(0)
  })

  it('are refused beyond the quota, with one reason in each text', async () => {
    await using small = await startApp({
      beside: app,
      environment: { attachments: { ...app.environment.attachments, quotaBytes: MEGABYTE } },
    })
    const there = acme.bob.at(small.url)
    const full = await there.mutate(
      'createUpload',
      { fileName: 'a', kind: 'FILE', size: MEGABYTE + 1 },
      '__typename } ... on AttachmentRefusedError { reason detail',
    )
    expect(full).toMatchObject({ reason: 'QUOTA', detail: "The company's room for files is used up." })
    const { attachment } = await begin(acme.bob, 1)
    await onDatabase(
      app,
      `insert into attachments (company_id, id, uploader_id, kind, file_name, sealed_key, size)
        select company_id, gen_random_uuid(), uploader_id, kind, file_name, sealed_key, size
        from attachments, generate_series(1, 99) where id = $1`,
      [uuidOf(attachment.id)],
    )
    const many = await acme.bob.mutate(
      'createUpload',
      { fileName: 'a', kind: 'FILE', size: 1 },
      '__typename } ... on AttachmentRefusedError { reason detail',
    )
    expect(many).toMatchObject({
      reason: 'QUOTA',
      detail: 'You have 100 files that you have not sent: send or delete some.',
    })
    expect(await countedBytes()).toBe(100)
  })
})

/** As the first release with files begins an upload. */
const createUpload = statement({
  name: 'create_upload',
  parameters: [
    ...(['companyId', 'viewerId', 'attachmentId', 'kind', 'fileName'] as const),
    ...(['sealedKey', 'size', 'durationMs', 'quota', 'maxUnsent'] as const),
  ],
  row: rowsOf<{ isCreated: boolean }>(),
  text: `select app.create_upload(
    :companyId, :viewerId, :attachmentId, :kind, :fileName, :sealedKey, :size, :durationMs, :quota, :maxUnsent
  ) as "isCreated"`,
})

describe('an upload', () => {
  it('is begun by a node of an older release too, within the same bounds', async () => {
    const { services } = app.application
    const who = { companyId: acme.companyUuid, viewerId: acme.bob.uuid }
    const tenant = services.database.forTenant({ companyId: who.companyId, userId: who.viewerId })
    const sealed = { fileName: Buffer.alloc(40), sealedKey: Buffer.alloc(40) }
    const create = async (quota: number, maxUnsent: number) => {
      const file = { attachmentId: newId(), kind: 'FILE', size: 10, durationMs: null, ...sealed }
      const [row] = await tenant.call(createUpload, { ...who, ...file, quota, maxUnsent })
      return row?.isCreated
    }
    expect([await create(20, 1), await create(20, 1), await create(20, 2), await create(20, 3)]).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect(await countedBytes()).toBe(20)
  })
})

describe('the sweep', () => {
  it('asks one statement while no file of 2,000 companies is due, and two for each company with one', async () => {
    await onDatabase(
      app,
      `insert into companies (id, name, external_id)
        select gen_random_uuid(), 'Many ' || n, $1 || n from generate_series(1, ${COMPANIES}) n`,
      [randomUUID()],
    )
    await upload(app, acme.bob, Buffer.from('waits to be sent'))
    const sweep = () => statementsOf(() => sweepAttachments(app.application.services))
    await sweep()
    expect(await sweep()).toHaveLength(1)
  })
})
