import { setTimeout as sleep } from 'node:timers/promises'
import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { type Count, inBatches } from './in-batches.ts'
import type { Purging } from './purging.ts'
import { SliceSize } from './slice-size.ts'

/** A conversation is left alone after a slice for so many times as long as it took. */
const REST = 2
const MAX_RECEIPTS = 1_000
const MAX_CONVERSATIONS = 200

const dueConversations = statement({
  name: 'due_conversations',
  parameters: ['end', 'after', 'max'],
  row: rowsOf<Candidate>(),
  text: 'select c.id, c.is_due as "isDue" from app.due_conversations(:end, :after, :max) c',
})

const purgeSlice = statement({
  name: 'purge_messages',
  parameters: ['conversationId', 'defaultDays', 'after', 'max'],
  row: rowsOf<Slice>(),
  text: `select p.purged, p.next_after as "nextAfter"
    from app.purge_messages(:conversationId, :defaultDays, :after, :max) p`,
})

const conversationsWithOldReceipts = statement({
  name: 'conversations_with_old_receipts',
  parameters: ['after', 'max'],
  row: rowsOf<Candidate>(),
  text: 'select id, true as "isDue" from app.conversations_with_old_receipts(:after, :max) id',
})

const purgeReceipts = statement({
  name: 'purge_receipts',
  parameters: ['conversationId', 'max'],
  row: rowsOf<Count>(),
  text: 'select app.purge_receipts(:conversationId, :max) as count',
})

interface Slice {
  purged: number
  /** The number to go on after; null at the end of the conversation. */
  nextAfter: number | null
}

/**
 * Deletes the messages of a company that are past their retention, slice by slice, and then the receipts that tell of nothing
 * else. It can be interrupted anywhere and repeated.
 */
export async function purgeMessages(system: TenantDatabase, end: Date, purging: Purging): Promise<void> {
  const { signal } = purging
  const due = (after: string | null) => system.query(dueConversations, { end, after, max: MAX_CONVERSATIONS })
  for await (const conversationId of idsOf(due, signal)) {
    await purgeConversation(system, conversationId, purging)
  }
  const old = (after: string | null) =>
    system.query(conversationsWithOldReceipts, { after, max: MAX_CONVERSATIONS })
  for await (const conversationId of idsOf(old, signal)) {
    const values = { conversationId, max: MAX_RECEIPTS }
    for await (const count of inBatches(MAX_RECEIPTS, () => system.query(purgeReceipts, values), signal)) {
      purging.count('receipts', count)
    }
  }
}

async function purgeConversation(
  system: TenantDatabase,
  conversationId: string,
  { defaultDays, signal, count }: Purging,
): Promise<void> {
  const size = new SliceSize()
  let after: number | null = 0
  while (after !== null && !signal?.aborted) {
    const values = { conversationId, defaultDays, after, max: size.messages }
    const started = performance.now()
    const slices: Slice[] = await system.query(purgeSlice, values)
    const tookMs = performance.now() - started
    size.adapt(tookMs)
    count('messages', slices[0]?.purged ?? 0)
    after = slices[0]?.nextAfter ?? null
    if (after !== null) await sleep(REST * tookMs)
  }
}

interface Candidate {
  id: string
  isDue: boolean
}

/** The ids that are due, in order, page by page. */
async function* idsOf(
  page: (after: string | null) => Promise<Candidate[]>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  for (let after: string | null = null; ; ) {
    const ids = await page(after)
    for (const { id, isDue } of ids) {
      if (signal?.aborted) return
      if (isDue) yield id
    }
    const last = ids.at(-1)
    if (!last || ids.length < MAX_CONVERSATIONS) return
    after = last.id
  }
}
