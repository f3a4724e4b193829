import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { tasks } from '../../src/tasks.ts'
import { exported } from '../exports/exporting.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { tableContents } from '../support/table-contents.ts'
import { assertAbsent, disguises } from './disguises.ts'

const redis = await sharedRedisForTests()

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let globex: TestCompany<'gina' | 'greg'>
let admin: pg.Client
beforeAll(async () => {
  app = await startApp({ tasks, ...(redis && { redisUrl: redis.url }) })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
  admin = new pg.Client({ connectionString: app.database.adminUrl })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await app[Symbol.asyncDispose]()
  await redis?.dispose()
})

const uuidOf = (id: string) => decodeId(id)?.uuid

/** Sends a canary in every encrypted text, reads it back and follows it live; gives what went through Redis meanwhile. */
async function sendCanary(canary: string): Promise<string[]> {
  const { alice, bob } = acme
  const wire: string[] = []
  const client = redis && new Redis(redis.url, { enableReadyCheck: false })
  const monitor = await client?.monitor()
  monitor?.on('monitor', (_time: string, args: string[]) => wire.push(args.join(' ')))
  const group = await alice.group('Canaries', [bob], { description: `About ${canary}` })
  await using inbox = await bob.inbox('... on ConversationActivity { message { body subject } }')
  const input = {
    conversationId: group,
    body: `The ${canary} sings`,
    subject: canary,
    metadata: { [canary]: [canary] },
    idempotencyKey: 'a canary is sent',
  }
  const selection = 'message { id body subject metadata } conversation { description }'
  const { message, conversation } = await alice.mutate('sendMessage', input, selection)
  expect([message.body, message.subject, message.metadata, conversation.description]).toEqual([
    input.body,
    canary,
    input.metadata,
    `About ${canary}`,
  ])
  await inbox.event((event) => event.message?.subject === canary)
  const found = await bob.run('query ($text: String!) { searchMessages(text: $text) { nodes { id } } }', {
    text: `"the ${canary}"`,
  })
  expect(found.searchMessages.nodes).toEqual([{ id: message.id }])
  await alice.mutate('sendMessage', input, selection)
  // Rejections and faults talk, too.
  await alice.mutate('sendMessage', { ...input, body: `${canary} again` })
  await alice.mutate('sendMessage', { conversationId: group, body: canary, parentId: 'no id' })
  await alice.send('query ($id: ID!) { message(id: $id) { body } }', { id: canary })
  monitor?.disconnect()
  client?.disconnect()
  return wire
}

/** The contents of all exported files. */
async function exportedFiles(): Promise<Buffer> {
  const folder = join(app.environment.dataDirectory, 'exports')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Buffer.concat(
    await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))),
  )
}

describe('a text that people write', () => {
  it('stands in no table, in no log, in no exported file and in nothing sent through Redis', async () => {
    const canary = 'Kanarienvogel-q7f3a9zk-ÄÖÜ'
    const wire = await sendCanary(canary)
    expect((await exported(app, acme.alice)).text).toContain(canary)
    const files = await exportedFiles()
    expect(files.length).toBeGreaterThan(0)
    assertAbsent(files.toString('latin1'), Buffer.from(canary).toString('latin1'))
    const tables = await tableContents(app.database.adminUrl)
    for (const name of ['messages', 'message_words', 'conversations', 'events', 'idempotency_keys']) {
      expect(tables[name]?.length).toBeGreaterThan(0)
    }
    assertAbsent(JSON.stringify(tables), canary)
    // Nor is a word of it, folded as it is searched for, in the index or anywhere else.
    for (const word of ['kanarienvogel', 'q7f3a9zk']) assertAbsent(JSON.stringify(tables), word)
    // Text is not escaped in hexadecimal, and JSON escapes nothing in it: the search itself works.
    const { rows } = await admin.query(`select $1::text as text, convert_to($1, 'UTF8') as bytes`, [canary])
    expect(JSON.stringify(rows[0].text)).toContain(canary)
    expect(rows[0].bytes.toString('hex')).toBe(disguises(canary)[1])
    assertAbsent(JSON.stringify(app.logged), canary)
    if (redis) {
      expect(wire.some((command) => /publish/i.test(command))).toBe(true)
      assertAbsent(JSON.stringify(wire), canary)
    }
  })

  it('becomes a different ciphertext each time, and no unkeyed hash of it is stored', async () => {
    const { alice, bob } = acme
    const sent = []
    for (const idempotencyKey of ['same 1', 'same 2']) {
      sent.push(await alice.say({ recipientId: bob.userId }, 'yes', { idempotencyKey }))
    }
    const { rows } = await admin.query<{ body: Buffer; hash: Buffer }>(
      `select m.body, k.request_hash as hash from messages m
       join idempotency_keys k on k.company_id = m.company_id and k.message_id = m.id where m.id = any($1)`,
      [sent.map(({ id }) => uuidOf(id))],
    )
    expect(rows[0]?.body.equals(rows[1]?.body ?? Buffer.alloc(0))).toBe(false)
    expect(rows[0]?.hash).toEqual(rows[1]?.hash)
    const { greg, gina } = globex
    const elsewhere = await gina.say({ recipientId: greg.userId }, 'yes', { idempotencyKey: 'same 1' })
    const other = await admin.query<{ hash: Buffer }>(
      'select request_hash as hash from idempotency_keys where message_id = $1',
      [uuidOf(elsewhere.id)],
    )
    expect(other.rows[0]?.hash).not.toEqual(rows[0]?.hash)
  })
})

describe('the search index', () => {
  it('has other tokens for the same word in another company, and no bare hash of it', async () => {
    const { alice, bob } = acme
    const ours = await alice.say({ recipientId: bob.userId }, 'yes')
    const theirs = await globex.gina.say({ recipientId: globex.greg.userId }, 'yes')
    const { rows } = await admin.query<{ token: string }>(
      `select (w.word # app.day_salt(app.day_of(m.created_at)))::text as token
      from message_words m cross join unnest(m.words) w (word) where m.message_id = any($1)`,
      [[uuidOf(ours.id), uuidOf(theirs.id)]],
    )
    expect(new Set(rows.map(({ token }) => token)).size).toBe(2)
    const bare = String(createHash('sha256').update('yes').digest().readBigInt64BE())
    expect(rows.map(({ token }) => token)).not.toContain(bare)
  })
})
