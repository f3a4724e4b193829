import type pg from 'pg'
import { withClient } from '../../src/database/roles.ts'
import { fillGuests } from './many-guests.ts'

/** How much a company has of everything. */
interface Size {
  users: number
  conversations: number
  messagesEach: number
}

/** Search tokens of a word in every fifth message and of one in every thirtieth. */
interface Words {
  common: string
  rare: string
}

const LARGE: Size = { users: 2000, conversations: 800, messagesEach: 30 }
const SMALL: Size = { users: 160, conversations: 50, messagesEach: 30 }
const OTHERS = 25

/**
 * Fills a company, and 25 others beside it, with what a few years leave behind: 60,000 messages, 6,000 people and
 * 10,000 guests.
 * `members` take part in a quarter of the company's conversations. Bodies cannot be decrypted, but are found by two words.
 * The planner takes it for that of `believed` companies if that is given.
 */
export function fillDatabase(
  adminUrl: string,
  companyId: string,
  members: string[],
  words: Words,
  believed?: number,
): Promise<void> {
  return withClient(adminUrl, async (admin) => {
    // Foreign keys hold by construction; checking 200,000 of them takes most of the time.
    await admin.query('set session_replication_role = replica')
    await fillCompany(admin, companyId, members, words, LARGE)
    await fillGuests(admin, companyId, { guests: 5_000, messages: 400, word: words.common })
    for (let index = 1; index <= OTHERS; index += 1) {
      const { rows } = await admin.query<{ id: string }>(
        `insert into companies (id, name) values (gen_random_uuid(), $1) returning id`,
        [`Company ${index}`],
      )
      const id = rows[0]?.id ?? ''
      await admin.query(`insert into company_streams (company_id) values ($1)`, [id])
      await admin.query(
        `insert into roles (company_id, id, name, permissions) values ($1, gen_random_uuid(), 'member', '{MESSAGE_READ,MESSAGE_WRITE}')`,
        [id],
      )
      await fillCompany(admin, id, [], words, SMALL)
      await fillGuests(admin, id, { guests: 200, messages: 20, word: words.common })
    }
    if (believed) await believeIn(admin, believed)
    await admin.query('analyze')
  })
}

async function believeIn(admin: pg.Client, companies: number): Promise<void> {
  const { rows } = await admin.query<{ table: string }>(
    `select t.table_name as table from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'company_id' and t.table_type = 'BASE TABLE'`,
  )
  for (const { table } of rows) {
    await admin.query(`alter table ${table} alter column company_id set (n_distinct = ${companies})`)
  }
}

async function fillCompany(
  admin: pg.Client,
  companyId: string,
  members: string[],
  words: Words,
  { users, conversations, messagesEach }: Size,
): Promise<void> {
  // A UUIDv8: ids that are none do not pass the API.
  const id = (kind: string, number: string) =>
    `overlay(overlay(md5('${companyId} ${kind} ' || ${number}) placing '8' from 13) placing '8' from 17)::uuid`
  const company = `'${companyId}'::uuid`
  await admin.query(`
    insert into users (company_id, id, external_id, name, name_folded, search_words, search_source, email, role_id, issuer,
      subject)
    select ${company}, ${id('user', 'n')}, n || '@${companyId}', 'Person ' || n, 'person ' || n, array['person', n::text, 'k' || n % 100],
      'Person ' || n || E'\\n' || n || '@example.test', n || '@example.test',
      (select r.id from roles r where r.company_id = ${company} and r.name = 'member'), 'issuer', n || '@${companyId}'
    from generate_series(1, ${users}) n`)
  // The trigger that keeps them is off as well.
  await admin.query(`
    insert into user_words (company_id, word, name_folded, user_id, is_enabled)
    select u.company_id, w.word, u.name_folded, u.id, u.is_enabled from users u cross join unnest(u.search_words) w (word)
    where u.company_id = ${company} on conflict do nothing`)
  await admin.query(`
    insert into conversations (company_id, id, kind, title, title_folded, access, created_by_id, last_seq, last_activity_at)
    select ${company}, ${id('conversation', 'n')}, case when n % 3 = 0 then 'DIRECT' else 'GROUP' end, 'Topic ' || n,
      'topic ' || n, case n % 3 when 0 then null when 1 then 'OPEN' else 'PRIVATE' end, ${id('user', '1')}, ${messagesEach},
      now() - n * interval '1 minute'
    from generate_series(1, ${conversations}) n`)
  await admin.query(
    `insert into participants (company_id, conversation_id, user_id, last_read_seq, last_delivered_seq)
    select ${company}, ${id('conversation', 'n')}, ${id('user', `(n * 7 + k) % ${users} + 1`)}, n % ${messagesEach}, ${messagesEach}
    from generate_series(1, ${conversations}) n, generate_series(1, 8) k
    union
    select ${company}, ${id('conversation', 'n')}, m, 0, ${messagesEach}
    from generate_series(1, ${conversations}, 4) n, unnest($1::uuid[]) m`,
    [members],
  )
  const authors = `case when n % 4 = 1 and k % 5 = 0 then ($1::uuid[])[1] end`
  await admin.query(
    `insert into messages (company_id, id, conversation_id, seq, author_id, parent_id, depth, body, state, created_at)
    select ${company}, ${id('message', `n || ' ' || k`)}, ${id('conversation', 'n')}, k,
      coalesce(${authors}, ${id('user', `(n * 7 + k % 8 + 1) % ${users} + 1`)}),
      case when k % 10 = 0 then ${id('message', `n || ' ' || (k - 9)`)} end, case when k % 10 = 0 then 1 else 0 end,
      '\\x00', case when k % 17 = 0 then 'RETRACTED' else 'POSTED' end, now() - n * interval '1 hour' + k * interval '1 second'
    from generate_series(1, ${conversations}) n, generate_series(1, ${messagesEach}) k`,
    [members],
  )
  await admin.query(
    `insert into message_words (company_id, message_id, conversation_id, created_at, words)
    select m.company_id, m.id, m.conversation_id, m.created_at,
      app.words_of_day(array_agg(w.word) filter (where w.is_in), app.day_of(m.created_at))
    from messages m cross join lateral (
      values ($1::bigint, m.seq % 5 = 1), ($2::bigint, m.seq = 7), (m.seq, true)
    ) w (word, is_in)
    where m.company_id = ${company} group by m.company_id, m.id`,
    [String(words.common), String(words.rare)],
  )
  await admin.query(`
    insert into message_days (company_id, day)
    select distinct w.company_id, app.day_of(w.created_at) from message_words w where w.company_id = ${company}`)
  await admin.query(`
    insert into events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
    select m.company_id, row_number() over (), 'MESSAGE_SENT', m.conversation_id, m.id, m.seq, m.author_id
    from messages m where m.company_id = ${company}`)
  await admin.query(`
    update company_streams s set position = (select count(*) from events e where e.company_id = s.company_id)
    where s.company_id = ${company}`)
  await admin.query(`
    insert into receipts (company_id, conversation_id, user_id, status, up_to_seq)
    select p.company_id, p.conversation_id, p.user_id, s, ${messagesEach}
    from participants p, unnest(array['READ', 'DELIVERED']) s where p.company_id = ${company}`)
  await admin.query(`
    insert into mentions (company_id, message_id, user_id, conversation_id, seq)
    select distinct on (m.id) m.company_id, m.id, p.user_id, m.conversation_id, m.seq
    from messages m join participants p on p.company_id = m.company_id and p.conversation_id = m.conversation_id
    where m.company_id = ${company} and m.seq % 3 = 0`)
  await admin.query(`
    insert into hidden_messages (company_id, user_id, conversation_id, seq, message_id)
    select m.company_id, p.user_id, m.conversation_id, m.seq, m.id
    from messages m join participants p on p.company_id = m.company_id and p.conversation_id = m.conversation_id
    where m.company_id = ${company} and m.seq % 7 = 0`)
  await admin.query(`
    insert into reactions (company_id, message_id, emoji, user_id)
    select m.company_id, m.id, '👍', m.author_id from messages m where m.company_id = ${company} and m.seq % 3 = 0`)
  await admin.query(`
    insert into message_revisions (company_id, message_id, revision, body, edited_at, edited_by_id)
    select m.company_id, m.id, 0, m.body, now(), m.author_id from messages m where m.company_id = ${company} and m.seq % 4 = 0`)
  await admin.query(`
    insert into idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
    select m.company_id, m.author_id, 'sendMessage', m.id::text, '\\x00', m.id
    from messages m where m.company_id = ${company} and m.seq % 5 = 0`)
  await admin.query(`
    insert into connection_tickets (company_id, ticket_hash, user_id, expires_at, token_expires_at)
    select u.company_id, sha256(u.id::text::bytea), u.id, now(), now() from users u where u.company_id = ${company}`)
  await fillPushes(admin, companyId)
}

/** A browser of each person, and two messages that wait for each, as if its push service were down. */
async function fillPushes(admin: pg.Client, companyId: string): Promise<void> {
  await admin.query(
    `insert into push_subscriptions (company_id, id, user_id, endpoint_hash, sealed, created_at)
    select u.company_id, gen_random_uuid(), u.id, sha256(u.id::text::bytea), '\\x00', now() - interval '1 day'
    from users u where u.company_id = $1`,
    [companyId],
  )
  await admin.query(
    `insert into app.push_endpoints (endpoint_hash, company_id, subscription_id)
    select s.endpoint_hash, s.company_id, s.id from push_subscriptions s where s.company_id = $1`,
    [companyId],
  )
  await admin.query(
    `insert into push_marks (company_id, position)
    select s.company_id, s.position from company_streams s where s.company_id = $1`,
    [companyId],
  )
  await admin.query(
    `insert into push_deliveries (company_id, subscription_id, message_id, due_at)
    select s.company_id, s.id, m.id, now() + interval '1 hour' from push_subscriptions s
    join lateral (
      select p.conversation_id from participants p where p.company_id = s.company_id and p.user_id = s.user_id limit 1
    ) p on true
    join messages m on m.company_id = s.company_id and m.conversation_id = p.conversation_id and m.seq <= 2
    where s.company_id = $1`,
    [companyId],
  )
}
