import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { destroyCompany } from '../../src/companies/operations/destroy-company.ts'
import { decodeId } from '../../src/ids.ts'
import { startApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder, sweepOnce } from '../support/retention.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import { ask, attachmentOf, begin, link, sendFiles, upload } from './uploading.ts'

const uuidOf = (id: string) => decodeId(id)?.uuid ?? ''

describe.each(STORES)('a file in a store on %s', (store) => {
  let app: AppWithFiles
  let acme: TestCompany<'ann' | 'bob'>
  beforeAll(async () => {
    app = await startWithFiles(store)
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
  })

  const storedOf = (id: string) => app.filesOf(acme.companyUuid, id)
  const isStored = async (id: string) => (await storedOf(id).names()).length > 0
  const sweep = () => sweepAttachments(app.application.services)
  const rowsOf = () =>
    onDatabase<{ id: string; state: string; key: Buffer | null }>(
      app,
      'select id, state, sealed_key as key from attachments where company_id = $1',
      [acme.companyUuid],
    )

  it('that nobody has sent within a day is gone with all that a crash has left of it', async () => {
    const [whole, begun, young] = [
      await upload(app, acme.bob, Buffer.from('whole')),
      (await begin(acme.bob, 5)).attachment,
      await upload(app, acme.bob, Buffer.from('young')),
    ]
    // As a process leaves it that was killed while it wrote.
    await storedOf(begun.id).leaveHalf()
    await onDatabase(
      app,
      `update attachments set created_at = created_at - interval '25 hours', lease = gen_random_uuid(), leased_until = now() where id = any($1)`,
      [[uuidOf(whole.id), uuidOf(begun.id)]],
    )
    await sweep()
    expect((await rowsOf()).map(({ id }) => id)).toEqual([uuidOf(young.id)])
    const stored = await Promise.all([whole, begun, young].map(({ id }) => isStored(id)))
    expect(stored).toEqual([false, false, true])
    expect(await attachmentOf(acme.bob, whole.id)).toBeNull()
  })

  it('is checked by the next sweep if a crash has ended its check, and loses its drafts', async () => {
    const { id } = await upload(app, acme.bob, Buffer.from('whole'))
    await storedOf(id).leaveHalf()
    expect(await storedOf(id).names()).toHaveLength(2)
    await onDatabase(
      app,
      `update attachments set state = 'SCANNING', media_type = null, lease = gen_random_uuid(), leased_until = now() where id = $1`,
      [uuidOf(id)],
    )
    await sweep()
    expect(await attachmentOf(acme.bob, id)).toMatchObject({ state: 'READY', mediaType: 'text/plain' })
    expect(await storedOf(id).names()).toEqual([app.firstPart])
  })

  it('loses its key with the message that is purged, and its bytes with the next sweep', async () => {
    const { ann, bob } = acme
    const { id } = await upload(app, bob, Buffer.from('secret'))
    await sendFiles(bob, { recipientId: ann.userId }, [id])
    const { url } = await link(ann, id)
    await ann.mutate('updateCompanySettings', { retentionDays: 10 })
    await makeMessagesOlder(app, acme, 11)
    await sweepOnce(app, acme)
    expect(await rowsOf()).toEqual([{ id: uuidOf(id), state: 'REMOVED', key: null }])
    expect((await ask(app, url)).status).toBe(404)
    await sweep()
    expect([await rowsOf(), await isStored(id)]).toEqual([[], false])
  })

  it('stays with the message of an erased person, whose other uploads go', async () => {
    const { ann, bob } = acme
    const [sent, unsent] = [
      await upload(app, bob, Buffer.from('sent')),
      await upload(app, bob, Buffer.from('unsent')),
    ]
    await sendFiles(bob, { recipientId: ann.userId }, [sent.id])
    const { url } = await link(bob, unsent.id)
    await ann.mutate('eraseUser', { userId: bob.userId, confirmName: 'Bob Acme' })
    await sweep()
    expect((await rowsOf()).map(({ id }) => id)).toEqual([uuidOf(sent.id)])
    expect((await ask(app, url)).status).toBe(404)
    expect((await ask(app, (await link(ann, sent.id)).url)).status).toBe(200)
  })

  it('is gone with the keys of its company', async () => {
    const { ann, bob } = acme
    const { id } = await upload(app, bob, Buffer.from('secret'))
    await sendFiles(bob, { recipientId: ann.userId }, [id])
    const { url } = await link(ann, id)
    const { services, keySource, tellKeysChanged } = app.application
    await destroyCompany({ database: services.database, provider: keySource.provider }, acme.companyUuid)
    await tellKeysChanged(acme.companyUuid)
    expect((await ask(app, url)).status).toBe(404)
    await sweep()
    expect([await rowsOf(), await isStored(id)]).toEqual([[], false])
  })

  it('counts no more among the 100 that a person has not sent once it is deleted, before any sweep', async () => {
    const { attachment } = await begin(acme.bob, 1)
    await onDatabase(
      app,
      `insert into attachments (company_id, id, uploader_id, kind, file_name, sealed_key, size)
        select company_id, gen_random_uuid(), uploader_id, kind, file_name, sealed_key, size
        from attachments, generate_series(1, 99) where id = $1`,
      [uuidOf(attachment.id)],
    )
    expect(await begin(acme.bob, 1)).toMatchObject({ reason: 'QUOTA' })
    await acme.bob.mutate('deleteUpload', { attachmentId: attachment.id })
    expect((await begin(acme.bob, 1)).__typename).toBe('CreateUploadPayload')
  })

  it('counts against the quota of its company, however many begin at once', async () => {
    const megabyte = 1024 * 1024
    await using small = await startApp({
      beside: app,
      environment: { attachments: { ...app.environment.attachments, quotaBytes: 10 * megabyte } },
    })
    const there = acme.bob.at(small.url)
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => begin(there, 3 * megabyte)))
    expect(outcomes.filter(({ __typename }) => __typename === 'CreateUploadPayload')).toHaveLength(3)
    expect(outcomes.filter(({ reason }) => reason === 'QUOTA')).toHaveLength(5)
    const made = outcomes.find(({ attachment }) => attachment)
    await there.mutate('deleteUpload', { attachmentId: made.attachment.id })
    expect((await begin(there, 3 * megabyte)).__typename).toBe('CreateUploadPayload')
  })
})
