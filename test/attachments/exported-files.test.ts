import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepAttachments } from '../../src/attachments/operations/start-sweeping-attachments.ts'
import { tasks } from '../../src/tasks.ts'
import { exported, linkTo, messagesIn, open } from '../exports/exporting.ts'
import type { TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder, sweepOnce } from '../support/retention.ts'
import { type AppWithFiles, STORES, startWithFiles } from './stores.ts'
import { ask, link, sendFiles, upload } from './uploading.ts'

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')

describe.each(STORES)('an export of files on %s', (store) => {
  let app: AppWithFiles
  let acme: TestCompany<'ann' | 'bob'>
  beforeAll(async () => {
    app = await startWithFiles(store, { tasks })
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
  })

  it('lists those of its messages with their checksums, and leads to each of them and to no other', async () => {
    const { ann, bob } = acme
    const [sent, unsent] = [
      await upload(app, bob, Buffer.from('evidence'), { fileName: 'beweis.txt' }),
      await upload(app, bob, Buffer.from('draft')),
    ]
    await sendFiles(bob, { recipientId: ann.userId }, [sent.id])
    const { text, id, manifest } = await exported(app, ann)
    expect(messagesIn(text)[0].attachments).toEqual([
      {
        ...{ id: sent.id, kind: 'FILE', fileName: 'beweis.txt', mediaType: 'text/plain' },
        ...{ size: 8, durationMs: null, sha256: sha256('evidence') },
      },
    ])
    expect(manifest.files).toEqual({
      ...{ count: 1, bytes: 8 },
      sha256: sha256(`${sha256('evidence')}  ${sent.id}\n`),
    })
    const { url } = await linkTo(ann, id)
    const file = await open(app, `${url}/files/${sent.id}`)
    expect([file.status, await file.text()]).toEqual([200, 'evidence'])
    expect((await open(app, `${url}/files/${unsent.id}`)).status).toBe(404)
    expect((await open(app, `${url}/files/x`)).status).toBe(404)
  })

  it('tells of one that is missing, and holds the retracted and those of erased people', async () => {
    const { ann, bob } = acme
    const [lost, kept] = [
      await upload(app, bob, Buffer.from('lost')),
      await upload(app, bob, Buffer.from('kept')),
    ]
    await sendFiles(bob, { recipientId: ann.userId }, [lost.id])
    const { message } = await sendFiles(bob, { recipientId: ann.userId }, [kept.id])
    await bob.mutate('retractMessage', { messageId: message.id })
    await ann.mutate('eraseUser', { userId: bob.userId, confirmName: 'Bob Acme' })
    await app.filesOf(acme.companyUuid, lost.id).remove(app.firstPart)
    const { text, manifest } = await exported(app, ann)
    const sums = messagesIn(text).flatMap(({ attachments }) =>
      attachments.map((file: { sha256: string | null }) => file.sha256),
    )
    expect(sums).toEqual([null, sha256('kept')])
    expect(manifest.files).toMatchObject({ count: 2, bytes: 8 })
  })

  it('holds those under a legal hold when their time is over, until the hold is lifted', async () => {
    const { ann, bob } = acme
    const { id } = await upload(app, bob, Buffer.from('held'))
    await sendFiles(bob, { recipientId: ann.userId }, [id])
    const { hold } = await ann.mutate(
      'createLegalHold',
      { name: 'Case 7', userId: bob.userId },
      'hold { id }',
    )
    await ann.mutate('updateCompanySettings', { retentionDays: 10 })
    await makeMessagesOlder(app, acme, 11)
    const { url } = await link(ann, id)
    await sweepOnce(app, acme)
    await sweepAttachments(app.application.services)
    expect(await (await ask(app, url)).text()).toBe('held')
    const twelveDays = { from: new Date(Date.now() - 12 * 86_400_000).toISOString() }
    const { text } = await exported(app, ann, twelveDays)
    expect(messagesIn(text)[0].attachments[0].sha256).toBe(sha256('held'))
    await ann.mutate('releaseLegalHold', { holdId: hold.id, reason: 'Over' })
    await sweepOnce(app, acme)
    await sweepAttachments(app.application.services)
    expect((await ask(app, url)).status).toBe(404)
    expect(
      await onDatabase(app, 'select id from attachments where company_id = $1', [acme.companyUuid]),
    ).toEqual([])
    expect(await app.filesOf(acme.companyUuid, id).names()).toEqual([])
  })
})
