import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { assertAbsent } from './disguises.ts'

const EARLIER = 'query ($id: ID!) { message(id: $id) { revisions { nodes { body } } } }'
const MESSAGE = 'query ($id: ID!) { message(id: $id) { seq body subject metadata } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let globex: TestCompany<'gina' | 'greg'>
let admin: pg.Client
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
  admin = new pg.Client({ connectionString: app.database.adminUrl })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await app[Symbol.asyncDispose]()
})

const uuidOf = (id: string) => decodeId(id)?.uuid

describe('a ciphertext', () => {
  /** Reads a message whose text cannot be opened: a reference is all that anybody gets. */
  async function assertClosed(
    reader: Client,
    id: string,
    field: 'body' | 'subject' | 'metadata',
    ...secrets: string[]
  ) {
    const logged = app.logged.length
    const answer = await reader.send(`query ($id: ID!) { message(id: $id) { seq ${field} } }`, { id })
    expect(answer.data?.message).toEqual({ seq: expect.any(Number), [field]: null })
    const [error, ...others] = answer.errors ?? []
    expect(others).toEqual([])
    expect(error).toMatchObject({ path: ['message', field], extensions: { code: 'INTERNAL_SERVER_ERROR' } })
    expect(Object.keys(error?.extensions ?? {}).sort()).toEqual(['code', 'reference'])
    expect(error?.message).toBe(
      `Something went wrong on our side; the reference is ${error?.extensions?.reference}.`,
    )
    const line = app.logged.slice(logged).find(({ reference }) => reference === error?.extensions?.reference)
    expect(line).toMatchObject({ level: 50 })
    for (const secret of secrets) {
      assertAbsent(JSON.stringify(answer), secret)
      assertAbsent(JSON.stringify(app.logged.slice(logged)), secret)
    }
  }

  async function secretIn(company: { sender: Client; to: Client }, body: string, group?: string) {
    const target = group ? { conversationId: group } : { recipientId: company.to.userId }
    return company.sender.say(target, body, { subject: `${body} subject` })
  }

  const copy = (from: string, to: string, columns: string) =>
    admin.query(
      `update messages t set (${columns}) = (select ${columns} from messages where id = $1) where id = $2`,
      [uuidOf(from), uuidOf(to)],
    )

  it('does not open in another message, conversation, company or column', async () => {
    const { alice, bob } = acme
    const inAcme = { sender: alice, to: bob }
    const secret = await secretIn(inAcme, 'Secret-of-Acme')
    const neighbour = await secretIn(inAcme, 'Neighbour')
    const group = await alice.group('Other', [bob])
    const elsewhere = await secretIn(inAcme, 'Other conversation', group)
    const foreign = await secretIn({ sender: globex.gina, to: globex.greg }, 'Other company')
    for (const [reader, target] of [
      [bob, neighbour],
      [bob, elsewhere],
      [globex.greg, foreign],
    ] as const) {
      await copy(secret.id, target.id, 'body, subject')
      await assertClosed(reader, target.id, 'body', 'Secret-of-Acme')
      await assertClosed(reader, target.id, 'subject', 'Secret-of-Acme')
    }
    const swapped = await secretIn(inAcme, 'Swapped')
    await admin.query('update messages set subject = body, body = subject where id = $1', [
      uuidOf(swapped.id),
    ])
    await assertClosed(bob, swapped.id, 'body', 'Swapped')
    expect(await bob.run(MESSAGE, { id: secret.id })).toMatchObject({ message: { body: 'Secret-of-Acme' } })
  })

  it('does not open where a single bit of it was changed', async () => {
    const { alice, bob } = acme
    const message = await secretIn({ sender: alice, to: bob }, 'Tampered-with')
    const { rows } = await admin.query<{ length: number }>(
      'select length(body) from messages where id = $1',
      [uuidOf(message.id)],
    )
    for (const position of [0, 1, 17, 29, (rows[0]?.length ?? 0) - 1]) {
      const flip = 'update messages set body = set_byte(body, $2, get_byte(body, $2) # 1) where id = $1'
      await admin.query(flip, [uuidOf(message.id), position])
      await assertClosed(bob, message.id, 'body', 'Tampered-with')
      await admin.query(flip, [uuidOf(message.id), position])
    }
    expect(await bob.run(MESSAGE, { id: message.id })).toMatchObject({ message: { body: 'Tampered-with' } })
  })

  it('does not open as a text of somebody else, nor do its earlier texts', async () => {
    const { alice, bob } = acme
    const message = await secretIn({ sender: alice, to: bob }, 'Signed-by-Alice')
    await alice.mutate('editMessage', { messageId: message.id, body: 'Signed-by-Alice, later' })
    await admin.query('update messages set author_id = $2 where id = $1', [uuidOf(message.id), bob.uuid])
    for (const field of ['body', 'subject'] as const) {
      await assertClosed(bob, message.id, field, 'Signed-by-Alice')
    }
    const earlier = await alice.send(EARLIER, { id: message.id })
    expect(earlier.errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR')
    assertAbsent(JSON.stringify(earlier), 'Signed-by-Alice')
    await admin.query('update messages set author_id = $2 where id = $1', [uuidOf(message.id), alice.uuid])
    expect((await alice.run(EARLIER, { id: message.id })).message.revisions.nodes).toEqual([
      { body: 'Signed-by-Alice' },
    ])
  })

  it.each([
    ['the earlier text is kept', ''],
    ['the earlier text is deleted', 'delete from message_revisions where message_id = $1'],
  ])(
    'does not open as the current text again once an edit has replaced it, whether %s',
    async (_name, after) => {
      const { alice, bob } = acme
      const message = await secretIn({ sender: alice, to: bob }, 'Withdrawn-offer')
      await alice.mutate('editMessage', { messageId: message.id, body: 'First correction' })
      await alice.mutate('editMessage', {
        messageId: message.id,
        body: 'Second correction',
        subject: 'Other',
      })
      const id = uuidOf(message.id)
      for (const [revision, claimed] of [
        [1, 1],
        [0, 0],
        [0, 1],
        [0, 2],
      ]) {
        await admin.query(
          `update messages m set (body, subject, revision) = (
           select v.body, v.subject, $3::int from message_revisions v where v.message_id = m.id and v.revision = $2
         ) where m.id = $1`,
          [id, revision, claimed],
        )
        await assertClosed(bob, message.id, 'body', 'Withdrawn-offer', 'correction')
        await assertClosed(bob, message.id, 'subject', 'Withdrawn-offer')
      }
      if (after) await admin.query(after, [id])
      await assertClosed(bob, message.id, 'body', 'Withdrawn-offer', 'correction')
    },
  )

  it('does not open once an edit has replaced it, though somebody puts back the whole row as it was', async () => {
    const { alice, bob } = acme
    const message = await secretIn({ sender: alice, to: bob }, 'Copied-before')
    const id = uuidOf(message.id)
    const { rows } = await admin.query('select body, subject from messages where id = $1', [id])
    await alice.mutate('editMessage', { messageId: message.id, body: 'Corrected' })
    await admin.query(
      'update messages set body = $2, subject = $3, revision = 0, edited_at = null where id = $1',
      [id, rows[0].body, rows[0].subject],
    )
    for (const field of ['body', 'subject'] as const) {
      await assertClosed(bob, message.id, field, 'Copied-before', 'Corrected')
    }
    const inbox = await bob.send('{ conversations { nodes { lastMessage { body } } } }')
    assertAbsent(JSON.stringify(inbox), 'Copied-before')
  })

  it('does not open again after a retraction that somebody undoes in the database', async () => {
    const { alice, bob } = acme
    const message = await alice.say({ recipientId: bob.userId }, 'Taken-back', {
      subject: 'Taken-back subject',
      metadata: { taken: 'Taken-back' },
    })
    await alice.mutate('retractMessage', { messageId: message.id })
    expect(await bob.run(MESSAGE, { id: message.id })).toMatchObject({ message: { body: null } })
    await admin.query(`update messages set state = 'POSTED', retracted_at = null where id = $1`, [
      uuidOf(message.id),
    ])
    for (const field of ['body', 'subject', 'metadata'] as const) {
      await assertClosed(bob, message.id, field, 'Taken-back')
    }
  })

  it('can be retracted though it was tampered with', async () => {
    const { alice, bob } = acme
    const message = await secretIn({ sender: alice, to: bob }, 'Broken')
    await admin.query('update messages set body = set_byte(body, 40, get_byte(body, 40) # 1) where id = $1', [
      uuidOf(message.id),
    ])
    const { message: retracted } = await alice.mutate(
      'retractMessage',
      { messageId: message.id },
      'message { state }',
    )
    expect(retracted).toEqual({ state: 'RETRACTED' })
  })

  it('stays closed once the file of the company’s secret is gone, and nobody else’s does', async () => {
    const hooli = await app.company('Hooli', { gavin: 'owner', jack: 'member' })
    const theirs = await secretIn({ sender: hooli.gavin, to: hooli.jack }, 'Shredded')
    const ours = await secretIn({ sender: acme.alice, to: acme.bob }, 'Still here')
    await rm(join(app.environment.dataDirectory, 'keys', `${hooli.companyUuid}.key`))
    // A running process keeps the keys in memory for minutes after the file is gone; another process, or this one
    // later, has none.
    app.application.services.keyring.forget(hooli.companyUuid)
    const { data, errors: refused } = await hooli.jack.send(
      'query ($id: ID!) { message(id: $id) { body } }',
      { id: theirs.id },
    )
    expect(data).toEqual({ message: { body: null } })
    expect(refused).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryAfterMs: 5_000 } }])
    const { errors } = await hooli.gavin.send(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
      { input: { recipientId: hooli.jack.userId, body: 'Too late' } },
    )
    expect(errors?.[0]?.extensions?.code).toBe('UNAVAILABLE')
    expect(await acme.bob.run(MESSAGE, { id: ours.id })).toMatchObject({ message: { body: 'Still here' } })
  })
})
