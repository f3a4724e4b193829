import { expect, it } from 'vitest'
import { prismaDirectory, readMigrations } from '../../src/database/migration-files.ts'

/** Earlier ones were applied before there was anything to lock. */
const AFTER = '20261130194257_purge_without_waiting'
/** Tables that grow with use: what reads each of their rows takes minutes. */
const GROWING =
  'messages message_words message_revisions events audit_events audit_checkpoints idempotency_keys participants conversations mentions reactions attachments receipts message_access guest_messages guest_deliveries inbound_messages'.split(
    ' ',
  )

/** Returns the statements of a script that keep others from a growing table for as long as they read it. */
function longLocks(sql: string): string[] {
  const made = new Set(
    [...sql.matchAll(/create table (?:if not exists )?(?:public\.)?"?(\w+)"?/gi)].map(([, table]) => table),
  )
  return sql
    .replace(/\$\$[\s\S]*?\$\$/g, '')
    .split(';')
    .map((text) =>
      text
        .replace(/^\s*--.*$/gm, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((text) => {
      const [, table = ''] = /(?:alter table (?:only )?| on )(?:public\.)?"?(\w+)"?/i.exec(text) ?? []
      if (!GROWING.includes(table) || made.has(table)) return false
      if (/^create (unique )?index /i.test(text)) return !/index concurrently /i.test(text)
      if (/ add (constraint \S+ )?(check|foreign key)/i.test(text)) return !/ not valid$/i.test(text)
      return / add constraint .* (unique|primary key) \(| alter column \S+ (set not null|(set data )?type )/i.test(
        text,
      )
    })
}

it('no migration reads through a table that grows while it keeps others from it', async () => {
  const migrations = await readMigrations(`${prismaDirectory()}/migrations`)
  const found = migrations
    .filter(({ name }) => name > AFTER)
    .flatMap(({ name, sql }) => longLocks(sql).map((text) => `${name}: ${text}`))
  expect(found).toEqual([])
})

it.each([
  'CREATE INDEX "messages_state_idx" ON "messages"("company_id", "state")',
  'alter table public.events add constraint events_seq_check check (seq > 0)',
  'ALTER TABLE "participants" ADD CONSTRAINT "p_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE',
  'alter table messages alter column priority set not null',
  'ALTER TABLE "messages" ALTER COLUMN "seq" SET DATA TYPE BIGINT',
])('a long lock is found: %s', (text) => {
  expect(longLocks(`-- A comment.\n${text};`)).toHaveLength(1)
})

it.each([
  'create index concurrently messages_state_idx on public.messages (company_id, state)',
  'alter table public.events add constraint events_seq_check check (seq > 0) not valid',
  'alter table public.events validate constraint events_seq_check',
  'ALTER TABLE "messages" ADD COLUMN "color" TEXT',
  'create table reactions (id uuid); create index on reactions (id)',
  'create policy messages_tenant on public.messages to colloquy_app using (true)',
])('a short lock is none: %s', (text) => {
  expect(longLocks(`${text};`)).toEqual([])
})
