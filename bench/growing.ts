import { withClient } from '../src/database/roles.ts'
import { encodeId } from '../src/ids.ts'
import type { Actor, Stage } from './stage.ts'

/** Groups that each company has. */
const GROUPS = 20
const WORDS_OF_MESSAGE = 16
const VOCABULARY = 20_000

/** The number of companies and messages of a database. */
export interface Size {
  companies: number
  messages: number
}

/** A UUIDv8 of a text, because the API rejects ids that are no UUIDs. */
const idOf = (text: string) => `overlay(overlay(md5(${text}) placing '8' from 13) placing '8' from 17)::uuid`
const groupId = idOf(`c.id::text || ' group ' || n`)

/**
 * Grows the database to a size: companies like the first one with as many people, groups in each, and messages in them, with
 * their words and events. Bodies cannot be decrypted. The groups of a company that is grown once more get longer.
 */
export async function growTo(stage: Stage, { companies, messages }: Size): Promise<void> {
  const first = stage.companies[0]?.companyId
  const length = Math.max(1, Math.round(messages / companies / GROUPS))
  await withClient(stage.adminUrl, async (admin) => {
    // The generated rows satisfy the foreign keys.
    await admin.query(`set session_replication_role = replica; set work_mem = '256MB'`)
    await admin.query(
      `insert into companies select (jsonb_populate_record(c, jsonb_build_object('id', ${idOf(`'company ' || n`)}, 'name', 'Copy ' || n))).*
      from companies c cross join generate_series((select count(*) from companies) + 1, $2::int) n where c.id = $1`,
      [first, companies],
    )
    for (const table of ['roles', 'users'])
      await admin.query(
        `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object('company_id', c.id, 'subject', null, 'issuer', null))).*
        from ${table} t cross join companies c where t.company_id = $1 and c.name like 'Copy %' on conflict do nothing`,
        [first],
      )
    await admin.query(
      `insert into conversations (company_id, id, kind, title, title_folded, access)
      select c.id, ${groupId}, 'GROUP', 'Topic ' || n, 'topic ' || n, 'PRIVATE'
      from companies c cross join generate_series(1, ${GROUPS}) n on conflict do nothing`,
    )
    await admin.query(
      `insert into participants (company_id, conversation_id, user_id)
      select c.company_id, c.id, u.id from conversations c join users u on u.company_id = c.company_id
      where c.kind = 'GROUP' on conflict do nothing`,
    )
    // The messages of this growth, numbered on from the last of their group.
    await admin.query(
      `create temporary table growth as
      select c.company_id, c.id as conversation_id, c.last_seq + k as seq, gen_random_uuid() as id,
        (select u.id from users u where u.company_id = c.company_id order by u.id offset k % 2 limit 1) as author_id,
        now() - interval '20 days' + (c.last_seq + k) * interval '1 minute' as created_at,
        row_number() over (partition by c.company_id order by k, c.id) as number
      from conversations c cross join lateral generate_series(1, $1::int - c.last_seq) k where c.kind = 'GROUP'`,
      [length],
    )
    await admin.query(
      `insert into messages (company_id, id, conversation_id, seq, author_id, body, created_at)
      select company_id, id, conversation_id, seq, author_id, decode(repeat('00', 240), 'hex'), created_at from growth`,
    )
    await admin.query(
      `insert into message_words (company_id, message_id, conversation_id, created_at, words)
      select company_id, id, conversation_id, created_at, array(
        select abs(hashint8extended(number * ${WORDS_OF_MESSAGE} + k, 1)) % ${VOCABULARY} * 1000003
        from generate_series(1, ${WORDS_OF_MESSAGE}) k
      ) from growth`,
    )
    await admin.query(
      `insert into company_streams (company_id) select id from companies on conflict do nothing`,
    )
    await admin.query(
      `insert into events (company_id, position, kind, conversation_id, message_id, seq, actor_id, created_at)
      select g.company_id, s.position + g.number, 'MESSAGE_SENT', g.conversation_id, g.id, g.seq, g.author_id, g.created_at
      from growth g join company_streams s using (company_id)`,
    )
    await admin.query(
      `update company_streams s set position = s.position + g.number
      from (select company_id, max(number) as number from growth group by company_id) g where g.company_id = s.company_id`,
    )
    await admin.query(
      `update conversations set last_seq = greatest(last_seq, $1), last_activity_at = now() where kind = 'GROUP'`,
      [length],
    )
    await admin.query(
      'update participants p set last_read_seq = $1, last_delivered_seq = $1 where last_read_seq < $1',
      [length],
    )
    await admin.query('drop table growth')
    await admin.query('vacuum analyze')
    // The writing of generated rows is not measured with the rest.
    await admin.query('checkpoint')
  })
}

/** The ids, as clients write them, of the groups of a company. */
export async function groupsOf(stage: Stage, { companyId }: Actor): Promise<string[]> {
  return withClient(stage.adminUrl, async (admin) => {
    const { rows } = await admin.query<{ id: string }>(
      `select id from conversations where company_id = $1 and kind = 'GROUP'`,
      [companyId],
    )
    return rows.map(({ id }) => encodeId('Conversation', id))
  })
}
