import pg from 'pg'
import { directConversationId } from '../../src/conversations/direct-id.ts'
import type { CompanyKeys } from '../../src/encryption/company-keys.ts'
import type { Keyring } from '../../src/encryption/keyring.ts'
import { encodeId, newId } from '../../src/ids.ts'
import { messageTokens } from '../../src/messages/message-tokens.ts'
import { locationOfText } from '../../src/messages/queries/message-text.ts'

/** Two people of a company who write to each other. */
export interface Pair {
  companyId: string
  authorId: string
  recipientId: string
}

/** One of each few thousand stored messages. */
interface Sample {
  pair: Pair
  id: string
  body: string
}

/** A message as it is stored, encrypted, with the hashes of its words. */
interface Sealed {
  messageId: string
  conversationId: string
  authorId: string
  body: Buffer
  hash: Buffer
  tokens: string
}

const BATCH = 1_000
const WRITERS = 2
const SAMPLE_OF = 5_000
const WORDS =
  'invoice delivery budget meeting contract answer tomorrow please thanks draft review figures'.split(' ')

/**
 * Stores so many messages, encrypted and indexed as the server does, with all rows that a send writes: words, event, audit event,
 * idempotency key, and the author's mark. As the superuser `adminUrl` names, a thousand in one statement, which is some ten times as
 * fast. The pairs have conversations already.
 */
export async function fill(
  { adminUrl, keyring }: { adminUrl: string; keyring: Keyring },
  pairs: readonly Pair[],
  { from, to }: { from: number; to: number },
): Promise<Sample[]> {
  const samples: Sample[] = []
  const companies = [...new Set(pairs.map(({ companyId }) => companyId))]
  let next = from
  // Each writer has companies of its own, so that they do not wait for each other's streams.
  const write = async (writer: number) => {
    const own = companies.filter((_, at) => at % WRITERS === writer)
    const client = new pg.Client({ connectionString: adminUrl })
    await client.connect()
    // The rows satisfy the foreign keys and checks of triggers. The disk is not waited for, as nobody has been told of them.
    await client.query('set session_replication_role = replica; set synchronous_commit = off')
    try {
      for (let turn = 0; next < to; turn += 1) {
        const first = next
        next = Math.min(to, first + BATCH)
        const companyId = own[turn % own.length] ?? ''
        const ofCompany = pairs.filter((pair) => pair.companyId === companyId)
        const keys = await keyring.forCompany(companyId)
        const messages: Sealed[] = []
        for (let number = first; number < next; number += 1) {
          const pair = ofCompany[number % ofCompany.length] as Pair
          const body = textOf(number)
          const message = await seal(keys, pair, body)
          if (number % SAMPLE_OF === 0)
            samples.push({ pair, id: encodeId('Message', message.messageId), body })
          messages.push(message)
        }
        await client.query({ name: 'store', text: STORE, values: valuesOf(companyId, messages) })
      }
    } finally {
      await client.end()
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
  return samples
}

function valuesOf(companyId: string, messages: readonly Sealed[]): unknown[] {
  return [
    companyId,
    messages.map(({ messageId }) => messageId),
    messages.map(({ conversationId }) => conversationId),
    messages.map(({ authorId }) => authorId),
    messages.map(({ body }) => body),
    messages.map(({ hash }) => hash),
    messages.map(({ tokens }) => tokens),
  ]
}

/** Takes the stream of the company first, as every send does, so that positions and indexes have no gap. */
const STORE = `with stream as materialized (
    select s.position, s.audited from company_streams s where s.company_id = $1::uuid for no key update
  ), given as materialized (
    select g.*, s.position + g.item as position, s.audited + g.item - 1 as audit_index,
      (c.last_seq + row_number() over (partition by g.conversation_id order by g.item))::int as seq,
      date_trunc('milliseconds', clock_timestamp()) as created_at
    from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[], $7::text[]) with ordinality
      g (id, conversation_id, author_id, body, hash, words, item)
    cross join stream s
    join conversations c on c.company_id = $1 and c.id = g.conversation_id
  ), ended as (
    update company_streams s set position = s.position + n.count, audited = s.audited + n.count
    from (select count(*) as count from given) n where s.company_id = $1
  ), numbered as (
    update conversations c set last_seq = n.seq, last_activity_at = n.created_at
    from (select conversation_id, max(seq) as seq, max(created_at) as created_at from given group by conversation_id) n
    where c.company_id = $1 and c.id = n.conversation_id
  ), moved as (
    update participants p set last_read_seq = n.seq, last_delivered_seq = n.seq
    from (select conversation_id, author_id, max(seq) as seq from given group by conversation_id, author_id) n
    where p.company_id = $1 and p.conversation_id = n.conversation_id and p.user_id = n.author_id
  ), days as (
    insert into message_days (company_id, day) select distinct $1::uuid, app.day_of(created_at) from given on conflict do nothing
  ), findable as (
    insert into message_words (company_id, message_id, conversation_id, created_at, words)
    select $1, id, conversation_id, created_at, app.words_of_day(words::bigint[], app.day_of(created_at)) from given
  ), remembered as (
    insert into idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
    select $1, author_id, 'sendMessage', id::text, hash, id from given
  ), told as (
    insert into events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
    select $1, position, 'MESSAGE_SENT', conversation_id, id, seq, author_id from given
  ), audited as (
    insert into audit_events (company_id, index, kind, actor_id, object_id, conversation_id, at, request_id)
    select $1, audit_index, 'message.created', author_id, id, conversation_id, created_at, id::text from given
  )
  insert into messages (company_id, id, conversation_id, seq, author_id, body, priority, created_at)
  select $1, id, conversation_id, seq, author_id, body, 'NORMAL', created_at from given`

/** Some 120 bytes of prose, other words in each message. */
function textOf(number: number): string {
  const words = Array.from({ length: 16 }, (_, at) => WORDS[(number * (at + 3) + at * at) % WORDS.length])
  return `No. ${number}: ${words.join(' ')}`
}

async function seal(
  keys: CompanyKeys,
  { companyId, authorId, recipientId }: Pair,
  body: string,
): Promise<Sealed> {
  const conversationId = directConversationId(companyId, authorId, recipientId)
  const messageId = newId()
  const location = locationOfText({ id: messageId, conversationId, authorId, revision: 0 }, 'body')
  const tokens = await messageTokens(keys, { subject: null, body })
  return {
    messageId,
    conversationId,
    authorId,
    body: keys.encrypt(body, location),
    hash: keys.requestHash(body),
    tokens: `{${tokens.join(',')}}`,
  }
}
