import type { ExecutionResult } from 'graphql'
import type { YogaInitialContext } from 'graphql-yoga'
import type { Context } from '../context.ts'
import { signCursor } from '../events/cursor.ts'
import type { Batch } from '../events/event-row.ts'

/** An event's position and stream; streams that replay nothing have none. */
export interface PositionedEvent {
  position?: number
  batch?: Batch
  stream?: string
}

/**
 * Over Server-Sent Events gives an event's answer its cursor as `id`, which clients send back as Last-Event-ID when they
 * reconnect (HTML Standard, "Server-sent events"). A WebSocket's answers stay as they are.
 */
export async function withEventId(
  result: ExecutionResult,
  { position, stream }: PositionedEvent,
  { request, keys, viewer }: Context & Partial<YogaInitialContext>,
): Promise<ExecutionResult> {
  if (!request || position === undefined || stream === undefined) return result
  const cursor = signCursor(await keys(), { userId: viewer.userId, stream }, position)
  // Yoga writes what comes of this after `data: `, and JSON has no line breaks.
  return Object.assign(result, { stringify: (answer: object) => `${JSON.stringify(answer)}\nid: ${cursor}` })
}
