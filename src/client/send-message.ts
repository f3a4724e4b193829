import type { ColloquyClient } from './api.ts'
import { persist } from './backoff.ts'
import { createInOrder } from './in-order.ts'
import { SendMessageDocument } from './operations.ts'
import type { Request } from './request.ts'

/** Creates `sendMessage`. `untilClosed` adds the end of the client to a signal. */
export function createSender(
  request: Request,
  untilClosed: (signal: AbortSignal | undefined) => AbortSignal,
): ColloquyClient['sendMessage'] {
  const inOrder = createInOrder()
  return async (input, { signal } = {}) => {
    const keyed = { ...input, idempotencyKey: input.idempotencyKey ?? newKey() }
    const ending = untilClosed(signal)
    const send = () => request(SendMessageDocument, { input: keyed }, { signal: ending })
    const target = input.conversationId ?? input.recipientId ?? ''
    const { sendMessage } = await inOrder(target, () => persist(send, ending), ending)
    return sendMessage
  }
}

/** Works also in pages without TLS, where crypto.randomUUID does not exist. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
