import { withClient } from '../src/database/roles.ts'
import type { Actor, Stage } from './stage.ts'

/** Numbers of messages and conversations of the company. */
export const MESSAGES = 1_000_000
const CONVERSATIONS = 1_000
const WORDS = 20_000
const FILLERS = 6

/** Words by the share of messages that contain them: one half, one tenth, and one in 50,000. */
export const words = { common: 'common', frequent: 'frequent', rare: 'rare' }

/**
 * Fills a company with messages of about nine words. The first person is a participant of every fourth conversation,
 * the second of three, and the others of all. Bodies cannot be decrypted.
 */
export async function fillMessages(stage: Stage, companyId: string, people: Actor[]): Promise<void> {
  const keys = await stage.keyring.forCompany(companyId)
  const [common, frequent, rare] = Object.values(words).map((word) => keys.searchToken(word))
  const vocabulary = Array.from({ length: WORDS }, (_, index) => keys.searchToken(`word ${index}`))
  const company = `'${companyId}'::uuid`
  // UUIDv8, because the API rejects ids that are no UUIDs.
  const id = (kind: string, number: string) =>
    `overlay(overlay(md5('${kind} ' || ${number}) placing '8' from 13) placing '8' from 17)::uuid`
  await withClient(stage.adminUrl, async (admin) => {
    // The generated rows satisfy the foreign keys, and building indexes afterwards is faster.
    await admin.query('set session_replication_role = replica')
    await admin.query(`set maintenance_work_mem = '512MB'; set work_mem = '256MB'`)
    await admin.query(
      `insert into conversations (company_id, id, kind, title, title_folded, access, created_by_id, last_seq)
      select ${company}, ${id('conversation', 'n')}, 'GROUP', 'Topic ' || n, 'topic ' || n, 'PRIVATE', $1,
        ${MESSAGES / CONVERSATIONS}
      from generate_series(0, ${CONVERSATIONS - 1}) n`,
      [people[0]?.userId],
    )
    await admin.query(
      `insert into participants (company_id, conversation_id, user_id)
      select ${company}, ${id('conversation', 'n')}, u.id
      from generate_series(0, ${CONVERSATIONS - 1}) n cross join unnest($1::uuid[]) with ordinality u (id, index)
      where u.index > 2 or u.index = 1 and n % 4 = 0 or u.index = 2 and n < 3`,
      [people.map(({ userId }) => userId)],
    )
    await admin.query(
      `insert into messages (company_id, id, conversation_id, seq, author_id, body, created_at)
      select ${company}, ${id('message', 'n')}, ${id('conversation', `n % ${CONVERSATIONS}`)}, n / ${CONVERSATIONS} + 1,
        ($1::uuid[])[3 + n % ${people.length - 2}], '\\x00', timestamptz '2026-01-01' + n * interval '10 s'
      from generate_series(0, ${MESSAGES - 1}) n`,
      [people.map(({ userId }) => userId)],
    )
    await admin.query('drop index message_words_words_idx')
    await admin.query(
      `create temporary table vocabulary as select * from unnest($1::bigint[]) with ordinality v (word, index)`,
      [vocabulary],
    )
    await admin.query(
      `insert into message_words (company_id, message_id, conversation_id, created_at, words)
      select ${company}, m.id, m.conversation_id, m.created_at, app.words_of_day(t.words, app.day_of(m.created_at))
      from (
        select n, array_agg(distinct word) as words from (
          select n, v.word from generate_series(0, ${MESSAGES - 1}) n cross join generate_series(1, ${FILLERS}) k
          join vocabulary v on v.index = 1 + abs(hashint8(n::bigint * ${FILLERS} + k)::bigint) % ${WORDS}
          union all select n, $1::bigint from generate_series(0, ${MESSAGES - 1}) n where hashint4(n) % 2 = 0
          union all select n, $2::bigint from generate_series(0, ${MESSAGES - 1}) n where hashint4(n + 1) % 10 = 0
          union all select n, $3::bigint from generate_series(0, ${MESSAGES - 1}) n where n % 50000 = 4
        ) w group by n
      ) t
      join messages m on m.company_id = ${company} and m.id = ${id('message', 't.n')}`,
      [common, frequent, rare],
    )
    await admin.query(
      `insert into message_days (company_id, day)
      select distinct company_id, app.day_of(created_at) from message_words where company_id = ${company}`,
    )
    await admin.query(
      'create index message_words_words_idx on message_words using gin (words) with (gin_pending_list_limit = 512)',
    )
    await admin.query('vacuum analyze')
  })
}
