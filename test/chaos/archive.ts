import { withClient } from '../../src/database/roles.ts'

/** The company whose messages are there to make tables long; nobody is judged by it. */
export const ARCHIVE = 'Archive'

/**
 * Fills the tables that a migration may lock with the messages of one more company, with words, events and audit events. Works on any
 * release that has these tables, by the columns that they have always had.
 */
export async function fillArchive(adminUrl: string, messages: number): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    // The rows satisfy the foreign keys; nothing looks each of them up.
    await admin.query(`set session_replication_role = replica; set work_mem = '128MB'`)
    const clone = (table: string, changes: string, condition: string) =>
      `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object(${changes}))).* from ${table} t where ${condition}`
    await admin.query(`create temporary table archive as
      select gen_random_uuid() as id, c.id as of from companies c order by c.id limit 1`)
    const own = `'company_id', (select id from archive)`
    await admin.query(
      clone(
        'companies',
        `'id', (select id from archive), 'name', '${ARCHIVE}', 'external_id', null`,
        't.id = (select of from archive)',
      ),
    )
    await admin.query(clone('roles', own, 't.company_id = (select of from archive)'))
    await admin.query(
      clone('users', `${own}, 'subject', null, 'issuer', null`, 't.company_id = (select of from archive)'),
    )
    await admin.query(
      `insert into conversations (company_id, id, kind, title, title_folded, access, last_seq)
      select a.id, gen_random_uuid(), 'GROUP', 'Topic ' || n, 'topic ' || n, 'PRIVATE', $1::int / 100
      from archive a cross join generate_series(1, 100) n`,
      [messages],
    )
    await admin.query(
      `create temporary table letters as select c.company_id, c.id as conversation_id, n as seq, gen_random_uuid() as id,
        (select u.id from users u where u.company_id = c.company_id limit 1) as author_id,
        row_number() over () as number
      from conversations c join archive a on a.id = c.company_id cross join generate_series(1, c.last_seq) n`,
    )
    await admin.query(
      `insert into messages (company_id, id, conversation_id, seq, author_id, body)
      select company_id, id, conversation_id, seq, author_id, decode(repeat('00', 240), 'hex') from letters`,
    )
    await admin.query(
      `insert into message_words (company_id, message_id, conversation_id, created_at, words)
      select company_id, id, conversation_id, now(), array[number * 7, number * 13] from letters`,
    )
    await admin.query(
      `insert into events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
      select company_id, number, 'MESSAGE_SENT', conversation_id, id, seq, author_id from letters`,
    )
    await admin.query(
      `insert into audit_events (company_id, index, kind, actor_id, object_id, conversation_id, at)
      select company_id, number - 1, 'message.created', author_id, id, conversation_id, now() from letters`,
    )
    await admin.query(
      `insert into company_streams (company_id, position, audited) select a.id, $1, $1 from archive a
      on conflict (company_id) do update set position = excluded.position, audited = excluded.audited`,
      [messages],
    )
    await admin.query('analyze')
  })
}
