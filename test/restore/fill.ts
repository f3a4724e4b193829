import { directConversationId } from '../../src/conversations/direct-id.ts'
import { withClient } from '../../src/database/roles.ts'
import type { CompanyKeys } from '../../src/encryption/company-keys.ts'
import type { Keyring } from '../../src/encryption/keyring.ts'
import { encodeId, newId } from '../../src/ids.ts'
import { messageTokens } from '../../src/messages/message-tokens.ts'
import { locationOfText } from '../../src/messages/queries/message-text.ts'

/** Two people of a company who write to each other. Their conversation has one message already. */
export interface Pair {
  companyId: string
  authorId: string
  recipientId: string
}

/** A message that was stored. */
export interface Sample {
  pair: Pair
  id: string
  body: string
}

const BATCH = 2_000
const SAMPLE_OF = 5_000
const WORDS =
  'invoice delivery budget meeting contract answer tomorrow please thanks draft review figures'.split(' ')

/**
 * Stores the messages with these numbers, encrypted and indexed by the companies' keys as the server does, and returns one of each few
 * thousand. They go past the function that sends, which takes ten times as long, and so have neither events nor audit events.
 */
export async function fill(
  { adminUrl, keyring }: { adminUrl: string; keyring: Keyring },
  pairs: readonly Pair[],
  { from, to }: { from: number; to: number },
): Promise<Sample[]> {
  const samples: Sample[] = []
  await withClient(adminUrl, async (admin) => {
    // The rows satisfy the foreign keys.
    await admin.query('set session_replication_role = replica')
    for (let first = from; first < to; first += BATCH) {
      const rows: Awaited<ReturnType<typeof rowOf>>[] = []
      for (let number = first; number < Math.min(to, first + BATCH); number += 1)
        rows.push(await rowOf(keyring, pairs, number))
      const column = (index: number) => rows.map(({ values }) => values[index])
      await admin.query({
        name: 'fill',
        text: insertMessages,
        values: Array.from({ length: 7 }, (_, at) => column(at)),
      })
      samples.push(...rows.filter(({ number }) => number % SAMPLE_OF === 0).map(({ sample }) => sample))
    }
    await admin.query(
      `update conversations c set last_seq = m.seq from (
        select company_id, conversation_id, max(seq) as seq from messages group by 1, 2
      ) m where m.company_id = c.company_id and m.conversation_id = c.id and c.last_seq < m.seq`,
    )
    await admin.query(
      `insert into message_days (company_id, day)
      select distinct company_id, app.day_of(created_at) from message_words on conflict do nothing`,
    )
  })
  return samples
}

const insertMessages = `
  with given as (
    select *, now() as created_at from unnest(
      $1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::bytea[], $7::text[]
    ) as g (company_id, id, conversation_id, seq, author_id, body, words)
  ), stored as (
    insert into messages (company_id, id, conversation_id, seq, author_id, body, created_at)
    select company_id, id, conversation_id, seq, author_id, body, created_at from given
  )
  insert into message_words (company_id, message_id, conversation_id, created_at, words)
  select company_id, id, conversation_id, created_at, app.words_of_day(words::bigint[], app.day_of(created_at)) from given`

async function rowOf(keyring: Keyring, pairs: readonly Pair[], number: number) {
  const pair = pairs[number % pairs.length] as Pair
  const { companyId, authorId, recipientId } = pair
  const keys: CompanyKeys = await keyring.forCompany(companyId)
  const id = newId()
  const conversationId = directConversationId(companyId, authorId, recipientId)
  const body = textOf(number)
  const sealed = keys.encrypt(body, locationOfText({ id, conversationId, authorId, revision: 0 }, 'body'))
  const words = `{${(await messageTokens(keys, { subject: null, body })).join(',')}}`
  const seq = 2 + Math.floor(number / pairs.length)
  const values = [companyId, id, conversationId, seq, authorId, sealed, words]
  return { number, values, sample: { pair, id: encodeId('Message', id), body } }
}

/** Some 120 bytes of prose, other words in each message. */
function textOf(number: number): string {
  const words = Array.from({ length: 16 }, (_, at) => WORDS[(number * (at + 3) + at * at) % WORDS.length])
  return `No. ${number}: ${words.join(' ')}`
}
