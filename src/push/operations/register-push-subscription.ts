import { z } from 'zod'
import type { Context } from '../../context.ts'
import { ConflictError, RequestError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { parseInput } from '../../input.ts'
import { authSecret, endpointAddress, p256dhKey } from '../push-endpoint.ts'
import { registerPush } from '../push-statements.ts'

/** Maximum number of browsers of a person. */
const MAX_SUBSCRIPTIONS = 20

/**
 * Registers a browser of the viewer for push messages. The last registrant owns an endpoint, whoever had it before, and a person's
 * oldest browsers go beyond 20. Throws InvalidInputError, and ConflictError where web push is off.
 */
export async function registerPushSubscription(
  context: Context,
  input: unknown,
): Promise<{ endpoint: string }> {
  const { viewer, services } = context
  if (!services.push) throw new ConflictError('Web push is turned off on this server.')
  const endpointText = endpointAddress(services.push.testOrigin)
  const schema = z.object({ endpoint: endpointText, p256dh: p256dhKey, auth: authSecret })
  const known = parseInput(schema, input)
  const keys = await context.keys()
  const id = newId()
  // The serving role neither sees nor deletes what other people have registered.
  const system = services.database.forSystem(viewer.companyId)
  const [registered] = await system.query(registerPush, {
    userId: viewer.userId,
    id,
    endpointHash: await endpointHash(context, known.endpoint),
    sealed: keys.encrypt(JSON.stringify(known), { field: 'push-endpoint', recordId: id }),
    max: MAX_SUBSCRIPTIONS,
  })
  if (!registered?.isRegistered)
    throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  return { endpoint: known.endpoint }
}

/** The hash by which an endpoint is known in all companies. */
export function endpointHash({ services }: Context, endpoint: string): Promise<Buffer> {
  return services.deploymentKey.hash('push endpoint', endpoint)
}
