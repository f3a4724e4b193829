import type { TestApp } from './app.ts'
import { onDatabase } from './on-database.ts'

/**
 * Has the database refuse whatever would change these companies' rows of a table, until disposed of. New rows are refused where
 * `inserts` is true, a condition on `new`.
 */
export async function failWrites(
  app: TestApp,
  table: 'events' | 'digest_marks' | 'audit_events',
  companyUuids: readonly string[],
  inserts = 'true',
): Promise<AsyncDisposable> {
  const ids = companyUuids.map((id) => `'${id}'`).join(', ')
  await onDatabase(
    app,
    `create function refuse_write() returns trigger language plpgsql as $$ begin raise 'refused by the test'; end $$;
     create trigger refuse_update before update or delete on ${table}
       for each row when (old.company_id in (${ids})) execute function refuse_write();
     create trigger refuse_insert before insert on ${table}
       for each row when (new.company_id in (${ids}) and ${inserts}) execute function refuse_write()`,
  )
  return {
    async [Symbol.asyncDispose]() {
      await onDatabase(app, 'drop function refuse_write cascade')
    },
  }
}
