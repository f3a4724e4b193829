import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { RequestError } from '../../errors.ts'

/** The notification preferences of a member. */
export interface Preferences {
  sound: boolean
  browserNotifications: boolean
  emailWhenOffline: boolean
}

/** The preferences to change. Those that are left out or null stay. */
export type PreferencesInput = { [Name in keyof Preferences]?: boolean | null | undefined }

const setPreferences: Statement = {
  name: 'set_preferences',
  text: `update users set sound = coalesce($3, sound), browser_notifications = coalesce($4, browser_notifications),
      email_when_offline = coalesce($5, email_when_offline)
    where company_id = $1 and id = $2
    returning sound, browser_notifications as "browserNotifications", email_when_offline as "emailWhenOffline"`,
}

/** Changes the viewer's notification preferences. */
export async function updatePreferences(
  { viewer, tenant, services }: Context,
  { sound, browserNotifications, emailWhenOffline }: PreferencesInput,
): Promise<{ preferences: Preferences }> {
  const values = [sound ?? null, browserNotifications ?? null, emailWhenOffline ?? null]
  const [preferences] = await tenant.query<Preferences>(setPreferences, [
    viewer.companyId,
    viewer.userId,
    ...values,
  ])
  // Row-level security returns no row if the viewer was disabled a moment ago.
  if (!preferences) throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  services.viewers.forget(viewer.companyId)
  return { preferences }
}
