import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { GUESTS } from '../events/cursor.ts'
import type { StreamValue } from './stream-value.ts'

/**
 * An event that has waited half a second is checked again before delivery, so that lost access takes effect within a
 * second.
 */
const FRESH_MS = 500

/**
 * Returns the event as its viewer may see it now if it has waited, else unchanged. Throws NOT_FOUND if the viewer has
 * lost access.
 */
export async function recheckAccess<Value extends StreamValue>(
  value: Value,
  { loaders, viewer }: Context,
): Promise<Value> {
  if ('caseId' in value) {
    // The viewer is renewed whenever access in the company changes.
    if (viewer.permissions.has('MESSAGE_MODERATE')) return value
    throw new RequestError('NOT_FOUND', 'This is no longer there for the viewer.')
  }
  if (value.stream === GUESTS) {
    if (viewer.permissions.has('GUEST_MESSAGE')) return value
    throw new RequestError('NOT_FOUND', 'This is no longer there for the viewer.')
  }
  if (!value.batch || performance.now() - value.batch.readAt < FRESH_MS) return value
  if (value.type === 'ConversationRemoved') return value
  if ('message' in value) {
    const { id, revision, state } = value.message
    const version = await loaders.messageVersion.load(id)
    if (version?.revision === revision && version.state === state) return value
    const message = version && (await loaders.message.load(id))
    if (message) return { ...value, message }
  } else {
    const conversation = await loaders.conversation.load(conversationIdOf(value))
    if (conversation?.isReadable) return value
  }
  throw new RequestError('NOT_FOUND', 'This is no longer there for the viewer.')
}

/** Conversation streams are named by conversation id. */
function conversationIdOf(value: StreamValue): string {
  if ('conversationId' in value) return value.conversationId
  return 'broadcastId' in value ? value.broadcastId : value.stream
}
