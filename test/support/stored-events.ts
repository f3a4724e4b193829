import { rowsOf } from '../../src/database/columns.ts'
import { statement } from '../../src/database/statement.ts'
import { signCursor } from '../../src/events/cursor.ts'
import { decodeId } from '../../src/ids.ts'
import type { TestApp } from './app.ts'
import { onDatabase } from './on-database.ts'

const append = statement({
  name: 'append_test_events',
  parameters: ['conversationId', 'times'],
  row: rowsOf<{ position: string }>(),
  text: `select app.append_event('CONVERSATION_CHANGED', :conversationId)::text as position
    from generate_series(1, :times)`,
})

/** Has a conversation change many times at once, and tells nobody; gives the company's last position. */
export async function changeManyTimes(
  app: TestApp,
  companyUuid: string,
  conversationId: string,
  times: number,
): Promise<number> {
  const system = app.application.services.database.forSystem(companyUuid)
  const rows = await system.query(append, { conversationId: decodeId(conversationId)?.uuid, times })
  return Number(rows.at(-1)?.position)
}

/**
 * The person's cursor of what is stored now, for a stream that no query gives one of. Subscribed without it, a person
 * misses what happens before the server has read the subscription.
 */
export async function cursorOfNow(
  app: TestApp,
  { companyUuid }: { companyUuid: string },
  { uuid: userId }: { uuid: string },
  stream: string,
): Promise<string> {
  const [stored] = await onDatabase<{ position: string }>(
    app,
    'select position from company_streams where company_id = $1',
    [companyUuid],
  )
  const keys = await app.application.services.keyring.forCompany(companyUuid)
  return signCursor(keys, { userId, stream }, Number(stored?.position))
}

/** Where a cursor stands, which a client cannot see. */
export function positionOf(cursor: string): number {
  return Number(Buffer.from(cursor, 'base64url').readBigUInt64BE())
}

/** The whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}
