import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { INBOX, readCursor } from '../events/cursor.ts'
import { createEventQueue, type EventQueue } from '../events/event-queue.ts'
import type { LiveEvent } from '../events/event-row.ts'
import { liveOverflows } from '../metrics/metrics.ts'
import type { JoinedTyping } from '../typing/typing.ts'
import { requireReader } from './require-reader.ts'
import { conversationValue, inboxValue, type Mapped, once, type StreamValue } from './stream-value.ts'

/** Maximum number of values that are queued for a slow subscriber before its stream ends with Discontinuity. */
const MAX_VALUES = 1_000
const MAX_BYTES = 1024 * 1024
/** Approximate size of a value without its texts. */
const BYTES_A_VALUE = 500
/** Typing events are dropped for a subscriber with this many queued values. */
const MAX_BEFORE_TYPING = 50

/** Subscribes the viewer to the inbox. */
export function inboxStream(context: Context, after: string | undefined): Promise<EventQueue<StreamValue>> {
  const { userId } = context.viewer
  return open(context, {
    stream: INBOX,
    after,
    map: (event) => once(event, INBOX, userId, inboxValue),
  })
}

/** Subscribes the viewer to one conversation. Throws NOT_FOUND unless the viewer may read it. */
export async function conversationStream(
  context: Context,
  conversationId: string,
  after: string | undefined,
): Promise<EventQueue<StreamValue>> {
  const { userId } = context.viewer
  await requireReadable(context, conversationId)
  return open(context, {
    stream: conversationId,
    after,
    map: (event) =>
      event.conversationId === conversationId
        ? once(event, conversationId, userId, conversationValue)
        : undefined,
    conversationId,
  })
}

interface Stream {
  stream: string
  after: string | undefined
  map(event: LiveEvent): Mapped
  /** The conversation to subscribe to, with its typing events. Undefined for the inbox. */
  conversationId?: string
}

async function open(
  context: Context,
  { stream, after, map, conversationId }: Stream,
): Promise<EventQueue<StreamValue>> {
  const { companyId, userId, expiresAt } = context.viewer
  // A reconnecting client repeats its original request, so the header is the later cursor.
  const cursor = context.lastEventId ?? after
  const position =
    cursor === undefined ? undefined : readCursor(await context.keys(), { userId, stream }, cursor)
  let seen = position ?? 0
  let leave = () => {}
  const queue = createEventQueue<StreamValue>({
    maxValues: MAX_VALUES,
    maxBytes: MAX_BYTES,
    sizeOf,
    onOverflow() {
      liveOverflows.inc()
      return discontinuity()
    },
    onEnd() {
      stopExpiry()
      typing?.leave()
      leave()
    },
  })
  const stopExpiry = at(expiresAt, () => queue.end())
  const typing = conversationId === undefined ? undefined : joinTyping(conversationId)

  function discontinuity(): StreamValue {
    return { type: 'Discontinuity', position: seen, stream }
  }

  function joinTyping(room: string): JoinedTyping {
    return context.services.typing.join(companyId, room, {
      userId,
      offer: (typistId, typing) =>
        queue.pushSpare(
          { type: 'TypingChanged', position: seen, stream, userId: typistId, typing },
          typing ? MAX_BEFORE_TYPING : MAX_VALUES,
        ),
    })
  }

  const subscriber = {
    userId,
    conversationId,
    offer(event: LiveEvent): void {
      if (queue.hasEnded) return
      if ([conversationId, null].includes(event.conversationId)) typing?.see(event)
      const mapped = isShutOut(event, userId) ? 'ended' : map(event)
      if (mapped === 'ended') queue.end()
      else if (mapped?.isLast) queue.end(mapped.value)
      else if (!mapped || queue.push(mapped.value)) seen = event.position
    },
    reach(position: number): void {
      if (!queue.hasEnded) seen = position
    },
    drained: queue.drained,
    get hasPlenty() {
      return queue.hasPlenty
    },
    get taken() {
      return queue.taken
    },
    get hasEnded() {
      return queue.hasEnded
    },
    interrupt: () => queue.end(discontinuity()),
  }
  try {
    const [joined] = await Promise.all([
      context.services.live.join(companyId, subscriber, position),
      typing?.ready,
    ])
    seen = Math.max(seen, joined.start)
    leave = joined.leave
    if (queue.hasEnded) leave()
    const now = await requireReader(context, 'MESSAGE_READ')
    if (conversationId !== undefined) await requireReadable(now, conversationId)
    return queue
  } catch (error) {
    queue.end()
    throw error
  }
}

/** True if the event means that the person may read nothing in the company any more. */
function isShutOut({ kind, visibleTo }: LiveEvent, userId: string): boolean {
  return kind === 'ACCESS_CHANGED' && !visibleTo.has(userId)
}

/** Runs `act` at the given time, however far off. The returned function cancels it. */
export function at(time: Date, act: () => void): () => void {
  const maxMs = 2 ** 31 - 1
  let timer: NodeJS.Timeout
  function wait(): void {
    const leftMs = Math.max(0, time.getTime() - Date.now())
    timer = setTimeout(leftMs > maxMs ? wait : act, Math.min(leftMs, maxMs))
    timer.unref()
  }
  wait()
  return () => clearTimeout(timer)
}

async function requireReadable({ loaders }: Context, conversationId: string): Promise<void> {
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation?.isReadable) throw new RequestError('NOT_FOUND', 'There is no such conversation.')
}

function sizeOf(value: StreamValue): number {
  if (!('message' in value)) return BYTES_A_VALUE
  const { body, subject, metadata } = value.message
  return BYTES_A_VALUE + body.length + (subject?.length ?? 0) + (metadata?.length ?? 0)
}
