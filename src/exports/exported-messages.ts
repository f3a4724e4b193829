import type { TenantDatabase } from '../database/database.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import { type ChecksumOf, type ExportedMessage, readExported } from './exported-message.ts'
import { conversationsToExport, type ExportedConversation, messagesToExport } from './exported-statements.ts'

/** The messages of an export: those of a span of time, of all or of these conversations and authors. */
export interface ExportScope {
  /** The first moment. */
  from: Date
  /** The first moment after it. */
  to: Date
  userIds: readonly string[] | null
  conversationIds: readonly string[] | null
}

/** The company that messages are exported of, bound to the system role. */
export interface ExportSource {
  companyId: string
  tenant: TenantDatabase
  keys(): Promise<CompanyKeys>
  checksumOf: ChecksumOf
  /** Returns those of the conversations that the operator's policy keeps from the person who exports. */
  denied?: ((conversationIds: readonly string[]) => Promise<ReadonlySet<string>>) | undefined
}

/** How messages are read. */
export interface ReadingOptions {
  signal?: AbortSignal | undefined
  /** Called with the number of sequence numbers that have been gone through, whether or not their messages are of the scope. */
  onRead?: ((sequences: number) => void) | undefined
}

/** Conversations that are listed at once. */
const MAX_CONVERSATIONS = 500
/** Messages that are read at once, and marks of people with them, which bound the memory that an export takes. */
const MAX_MESSAGES = 500
const MAX_MARKS = 20_000

/** A stretch of a conversation, from one sequence number to another. */
interface Stretch {
  conversationId: string
  first: number
  last: number
  /** True for the last stretch of the conversation. */
  isEnd: boolean
}

/**
 * Yields every message of the scope once, some at a time, by conversation and sequence number, with its earlier texts, whether or not it was
 * retracted, hidden or restricted. Throws the signal's reason.
 */
export async function* exportedMessages(
  source: ExportSource,
  scope: ExportScope,
  { signal, onRead }: ReadingOptions = {},
): AsyncGenerator<ExportedMessage[]> {
  const { companyId, tenant } = source
  const { from, to, userIds: authorIds } = scope
  for await (const batch of batchesOf(source, scope)) {
    signal?.throwIfAborted()
    const rows = await tenant.query(messagesToExport, {
      companyId,
      conversationIds: batch.map(({ conversationId }) => conversationId),
      firsts: batch.map(({ first }) => first),
      lasts: batch.map(({ last }) => last),
      ends: batch.map(({ isEnd }) => isEnd),
      from,
      to,
      authorIds,
    })
    const keys = await source.keys()
    const messages: ExportedMessage[] = []
    for (const row of rows) messages.push(await readExported(keys, row, source.checksumOf))
    if (messages.length > 0) yield messages
    onRead?.(batch.reduce((sum, stretch) => sum + lengthOf(stretch), 0))
  }
}

/** Yields stretches that are read by one statement: few messages of many conversations, or part of one. */
async function* batchesOf(source: ExportSource, scope: ExportScope): AsyncGenerator<Stretch[]> {
  let batch: Stretch[] = []
  let [messages, marks] = [0, 0]
  for await (const conversation of conversationsOf(source, scope)) {
    for (const stretch of stretchesOf(conversation)) {
      batch.push(stretch)
      const length = lengthOf(stretch)
      messages += Math.max(1, length)
      marks += length * conversation.people
      if (messages < MAX_MESSAGES && marks < MAX_MARKS) continue
      yield batch
      batch = []
      messages = 0
      marks = 0
    }
  }
  if (batch.length > 0) yield batch
}

function lengthOf({ first, last }: Stretch): number {
  return last - first + 1
}

/** One without numbered messages may have messages that are held. */
function* stretchesOf({ id: conversationId, lastSeq, people }: ExportedConversation): Generator<Stretch> {
  const length = Math.min(MAX_MESSAGES, Math.max(1, Math.floor(MAX_MARKS / Math.max(1, people))))
  let first = 1
  do {
    const last = Math.min(lastSeq, first + length - 1)
    yield { conversationId, first, last, isEnd: last === lastSeq }
    first = last + 1
  } while (first <= lastSeq)
}

async function* conversationsOf(
  { companyId, tenant, denied }: ExportSource,
  { from, to, conversationIds }: ExportScope,
): AsyncGenerator<ExportedConversation> {
  for (let afterId: string | null = null; ; ) {
    const page: ExportedConversation[] = await tenant.query(conversationsToExport, {
      companyId,
      from,
      to,
      conversationIds,
      afterId,
      max: MAX_CONVERSATIONS,
    })
    const left = await denied?.(page.map(({ id }) => id))
    yield* left ? page.filter(({ id }) => !left.has(id)) : page
    afterId = page.at(-1)?.id ?? null
    if (page.length < MAX_CONVERSATIONS) return
  }
}
