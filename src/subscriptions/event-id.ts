import type { ExecutionResult } from 'graphql'
import type { YogaInitialContext } from 'graphql-yoga'
import type { Context } from '../context.ts'
import { signCursor } from '../events/cursor.ts'
import type { Batch } from '../events/event-row.ts'

/** The position and stream of an event. Streams without replay have none. */
export interface PositionedEvent {
  position?: number
  batch?: Batch
  stream?: string
}

/**
 * Over Server-Sent Events sends the cursor of an event as `id`, which clients return as Last-Event-ID when they
 * reconnect (HTML Standard, "Server-sent events"). Answers over WebSocket are unchanged.
 */
export async function withEventId(
  result: ExecutionResult,
  { position, stream }: PositionedEvent,
  { request, keys, viewer }: Context & Partial<YogaInitialContext>,
): Promise<ExecutionResult> {
  if (!request || position === undefined || stream === undefined) return result
  const cursor = signCursor(await keys(), { userId: viewer.userId, stream }, position)
  // Yoga writes this text after `data: `, and JSON has no line breaks.
  return Object.assign(result, { stringify: (answer: object) => `${JSON.stringify(answer)}\nid: ${cursor}` })
}
