import type { Client } from '../support/client.ts'
import type { CommandResult } from '../support/colloquy.ts'
import { query } from '../support/embedded-postgres.ts'
import type { Before, Drill, Restored } from './drill.ts'
import { databaseUrlOf } from './product.ts'
import type { Acknowledged } from './traffic.ts'

/** The answers of the commands that an operator runs on a restored database before serving. */
export interface GoneOn {
  verifiedFirst: CommandResult
  restored: CommandResult
  verified: CommandResult
  url: string
  /** When the server had answered a query, by the clock of durations. */
  answeredAt: number
  stop(): Promise<void>
}

/** Does everything that the documents say of a restored database, and starts the server on it, which `reader` asks first. */
export async function goOn(
  { step }: Drill,
  name: string,
  { product, cluster }: Restored,
  reader: Client,
): Promise<GoneOn> {
  await step(`${name}: streams of events moved on, so that cursors expire`, () =>
    query(databaseUrlOf(cluster), 'update company_streams set position = position + 1000000000'),
  )
  const verifiedFirst = await step(`${name}: cli audit verify`, () => product.run('audit', 'verify'))
  const restored = await step(`${name}: cli audit restored`, () => product.run('audit', 'restored'))
  const { url, server } = await step(`${name}: server started, and a first query answered`, async () => {
    const served = await product.serve()
    await reader.at(served.url).run('{ conversations(first: 20) { nodes { lastMessage { body } } } }')
    return served
  })
  const answeredAt = performance.now()
  const verified = await step(`${name}: cli audit verify again`, () => product.run('audit', 'verify'))
  return {
    verifiedFirst,
    restored,
    verified,
    url,
    answeredAt,
    stop: async () => void (await server.end('SIGTERM')),
  }
}

/** The acknowledged messages and the samples, as a restored database shows them through the API. */
export interface Examined {
  /** Acknowledged messages that it has with their texts, and those that it lacks. */
  has: Acknowledged[]
  lacks: Acknowledged[]
  /** Samples of the many messages that were not read with their text. */
  unreadable: number
  /** How the streams from the cursors end: refused by CURSOR_EXPIRED, or, after events that are still there, by Discontinuity. */
  cursors: string[]
  /** The refusal of the destroyed company's person. */
  destroyed: { code: unknown; reason: unknown }
  messages: number
}

/** Asks the server at `url`, which runs on a restored database. */
export async function examine(before: Before, { cluster }: Restored, url: string): Promise<Examined> {
  const reader = before.reader.at(url)
  const has: Acknowledged[] = []
  const lacks: Acknowledged[] = []
  for (const sent of [...before.live.until, ...before.live.after])
    ((await bodyOf(reader, sent.id)) === sent.body ? has : lacks).push(sent)
  let unreadable = 0
  for (const sample of before.samples)
    if ((await bodyOf(sample.reader.at(url), sample.id)) !== sample.body) unreadable += 1
  const { errors } = await before.destroyed.at(url).send('{ viewer { inboxCursor } }')
  const [row] = await query<{ count: string }>(databaseUrlOf(cluster), 'select count(*)::text from messages')
  return {
    has,
    lacks,
    unreadable,
    cursors: [await refusalOf(reader, before.cursors.before), await refusalOf(reader, before.cursors.after)],
    destroyed: { code: errors?.[0]?.extensions?.code, reason: errors?.[0]?.extensions?.reason },
    messages: Number(row?.count ?? 0),
  }
}

async function bodyOf(reader: Client, id: string): Promise<string | undefined> {
  const { message } = await reader.run('query ($id: ID!) { message(id: $id) { body } }', { id })
  return message?.body
}

async function refusalOf(reader: Client, after: string): Promise<string> {
  await using recorder = reader.subscribe(
    'subscription ($after: String) { inboxEvents(after: $after) { __typename } }',
    { after },
  )
  // Events that the database still has come first; then the stream is known to have a gap. Without await the recorder would be
  // disposed of at once.
  return await recorder.until(
    ({ answers, isComplete, events }) =>
      answers.at(-1)?.errors?.[0]?.extensions?.code ?? (isComplete && events.at(-1)?.__typename),
  )
}
