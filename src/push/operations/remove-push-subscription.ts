import { z } from 'zod'
import type { Context } from '../../context.ts'
import { parseInput, text } from '../../input.ts'
import { removePush } from '../push-statements.ts'
import { endpointHash } from './register-push-subscription.ts'

const schema = z.object({ endpoint: text(8192, 'The endpoint') })

/** Removes a browser of the viewer. Removing one that is not registered changes nothing. */
export async function removePushSubscription(
  context: Context,
  input: unknown,
): Promise<{ removed: boolean }> {
  const { endpoint } = parseInput(schema, input)
  const { companyId, userId } = context.viewer
  const system = context.services.database.forSystem(companyId)
  const hash = await endpointHash(context, endpoint)
  const removed = await system.query(removePush, { companyId, userId, endpointHash: hash })
  return { removed: removed.length > 0 }
}
