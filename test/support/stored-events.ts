import { rowsOf } from '../../src/database/columns.ts'
import { statement } from '../../src/database/statement.ts'
import { decodeId } from '../../src/ids.ts'
import type { TestApp } from './app.ts'

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

/** Where a cursor stands, which a client cannot see. */
export function positionOf(cursor: string): number {
  return Number(Buffer.from(cursor, 'base64url').readBigUInt64BE())
}

/** The whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}
