import { type Context, refreshContext } from '../context.ts'
import { Refusal } from '../errors.ts'
import { liveOverflows } from '../metrics/metrics.ts'
import { INBOX, readCursor } from './cursor.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import type { LiveEvent } from './event-row.ts'
import { conversationValue, inboxValue, type Mapped, type StreamValue } from './stream-value.ts'

/** What waits for a subscriber that does not keep up, before its stream ends with Discontinuity. */
const MOST_VALUES = 1_000
const MOST_BYTES = 1024 * 1024
/** About what a value takes besides its texts. */
const BYTES_A_VALUE = 500

/** Subscribes the viewer to the inbox. */
export function inboxStream(context: Context, after: string | undefined): Promise<EventQueue<StreamValue>> {
  const { userId } = context.viewer
  return open(context, {
    stream: INBOX,
    after,
    map: (event) => inboxValue(event, userId),
    requireAccess: requireMembership,
  })
}

/** Subscribes the viewer to one conversation; throws NOT_FOUND unless the viewer may read it. */
export async function conversationStream(
  context: Context,
  conversationId: string,
  after: string | undefined,
): Promise<EventQueue<StreamValue>> {
  const { userId } = context.viewer
  const requireAccess = (now: Context) => requireReadable(now, conversationId)
  await requireAccess(context)
  return open(context, {
    stream: conversationId,
    after,
    map: (event) => (event.conversationId === conversationId ? conversationValue(event, userId) : undefined),
    requireAccess,
    listen: (offer) => listenToTyping(context, conversationId, offer),
    heard: (event) => hearSent(context, conversationId, event),
  })
}

interface Stream {
  stream: string
  after: string | undefined
  map(event: LiveEvent): Mapped
  requireAccess(context: Context): Promise<void>
  /** Offers what is not stored, to be dropped if anything waits; returns how to stop. */
  listen?(offer: (value: Unplaced) => void): () => void
  /** Runs for every event of the stream before it is mapped. */
  heard?(event: LiveEvent): void
}

type Unplaced = { type: 'TypingChanged'; conversationId: string; userId: string; typing: boolean }

async function open(
  context: Context,
  { stream, after, map, requireAccess, listen, heard }: Stream,
): Promise<EventQueue<StreamValue>> {
  const { companyId, userId, expiresAt } = context.viewer
  const position =
    after === undefined ? undefined : readCursor(await context.keys(), { userId, stream }, after)
  let seen = position ?? 0
  let leave = () => {}
  let stopListening: (() => void) | undefined
  const queue = createEventQueue<StreamValue>({
    mostValues: MOST_VALUES,
    mostBytes: MOST_BYTES,
    sizeOf,
    onOverflow() {
      liveOverflows.inc()
      return discontinuity()
    },
    onEnd() {
      stopExpiry()
      stopListening?.()
      leave()
    },
  })
  const stopExpiry = at(expiresAt, () => queue.end())

  function discontinuity(): StreamValue {
    return { type: 'Discontinuity', position: seen, stream }
  }

  const subscriber = {
    userId,
    offer(event: LiveEvent): void {
      if (queue.hasEnded) return
      heard?.(event)
      const mapped = isShutOut(event, userId) ? 'ended' : map(event)
      if (mapped === 'ended') queue.end()
      else if (mapped?.isLast) queue.end(mapped.value)
      else if (!mapped || queue.push(mapped.value)) seen = event.position
    },
    drained: queue.drained,
    get hasEnded() {
      return queue.hasEnded
    },
    interrupt: () => queue.end(discontinuity()),
  }
  try {
    const joined = await context.parts.live.join(companyId, subscriber, position)
    seen = Math.max(seen, joined.start)
    leave = joined.leave
    if (queue.hasEnded) leave()
    // Whoever lost access before the stream's start would never be told: nothing of it comes after.
    await requireAccess(refreshContext(context))
    if (!queue.hasEnded) {
      stopListening = listen?.((value) => queue.pushIfDrained({ ...value, position: seen, stream }))
    }
    return queue
  } catch (error) {
    queue.end()
    throw error
  }
}

function listenToTyping(
  { parts, viewer }: Context,
  conversationId: string,
  offer: (value: Unplaced) => void,
): () => void {
  return parts.typing.listen(viewer.companyId, conversationId, (userId, typing) => {
    if (userId !== viewer.userId) offer({ type: 'TypingChanged', conversationId, userId, typing })
  })
}

function hearSent({ parts, viewer }: Context, conversationId: string, event: LiveEvent): void {
  if (event.kind !== 'MESSAGE_SENT' || event.conversationId !== conversationId || !event.actorId) return
  parts.typing.hasSent(viewer.companyId, conversationId, event.actorId)
}

/** True if the event says that this person is no active member any more. */
export function isShutOut({ kind, leftIds, visibleTo }: LiveEvent, userId: string): boolean {
  return kind === 'ACCESS_CHANGED' && leftIds.includes(userId) && !visibleTo.has(userId)
}

/** Runs `act` at the time, however far off; the returned function calls it off. */
export function at(time: Date, act: () => void): () => void {
  const mostMs = 2 ** 31 - 1
  let timer: NodeJS.Timeout
  function wait(): void {
    const leftMs = Math.max(0, time.getTime() - Date.now())
    timer = setTimeout(leftMs > mostMs ? wait : act, Math.min(leftMs, mostMs))
    timer.unref()
  }
  wait()
  return () => clearTimeout(timer)
}

async function requireMembership({ loaders, viewer }: Context): Promise<void> {
  const user = await loaders.user.load(viewer.userId)
  if (!user) throw new Refusal('FORBIDDEN', 'You have no active membership in this company.')
}

async function requireReadable({ loaders }: Context, conversationId: string): Promise<void> {
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation?.isReadable) throw new Refusal('NOT_FOUND', 'There is no such conversation.')
}

function sizeOf(value: StreamValue): number {
  if (!('message' in value)) return BYTES_A_VALUE
  const { body, subject, metadata } = value.message
  return BYTES_A_VALUE + body.length + (subject?.length ?? 0) + (metadata?.length ?? 0)
}
