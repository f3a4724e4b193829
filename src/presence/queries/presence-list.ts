import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { people } from '../../members/queries/people.ts'
import { acquaintancesAmong } from '../acquaintances.ts'
import type { PresenceState } from '../status.ts'

/** Maximum number of people that `presence` returns without ids. */
export const MAX_CONTACTS = 500
const MAX_NAMED = 100

/**
 * Returns the presence of these people. Unknown ids, ids of other companies and disabled members are left out. Throws
 * BAD_USER_INPUT for more than 100 ids.
 */
export async function presenceOf(context: Context, userIds: readonly string[]): Promise<PresenceState[]> {
  if (userIds.length > MAX_NAMED) {
    throw new RequestError('BAD_USER_INPUT', `At most ${MAX_NAMED} ids are taken at once.`)
  }
  const users = await people(context, [...new Set(userIds)])
  const enabled = users.filter(({ isEnabled }) => isEnabled).map(({ id }) => id)
  return context.services.presence.read(context.viewer.companyId, enabled)
}

/**
 * Returns the people who share a conversation with the viewer and are not offline, at most 500. People who are online
 * come first.
 */
export async function presenceOfContacts(context: Context): Promise<PresenceState[]> {
  const { viewer, tenant, services } = context
  const present = await services.presence.present(viewer.companyId)
  const userIds = present.map(({ userId }) => userId)
  const known = await acquaintancesAmong(tenant, [viewer.userId], userIds, MAX_CONTACTS)
  const contacts = await people(context, [...(known.get(viewer.userId) ?? [])])
  const enabled = new Set(contacts.filter(({ isEnabled }) => isEnabled).map(({ id }) => id))
  const states = present.filter(({ userId }) => enabled.has(userId))
  return [
    ...states.filter(({ status }) => status === 'ONLINE'),
    ...states.filter(({ status }) => status !== 'ONLINE'),
  ]
}
