import { decodeId } from '../../src/ids.ts'
import type { TestApp } from './app.ts'

const append = {
  name: 'append_test_events',
  text: `select app.append_event('CONVERSATION_CHANGED', $1)::text as position from generate_series(1, $2)`,
}

/** Has a conversation change many times at once, and tells nobody; gives the company's last position. */
export async function changeManyTimes(
  app: TestApp,
  companyUuid: string,
  conversationId: string,
  times: number,
): Promise<number> {
  const system = app.application.services.database.forSystem(companyUuid)
  const values = [decodeId(conversationId)?.uuid, times]
  const rows = await system.query<{ position: string }>(append, values)
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
