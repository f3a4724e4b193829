import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { RequestError } from '../../errors.ts'

/** How a member is told of news. */
export interface Preferences {
  sound: boolean
  browserNotifications: boolean
  emailWhenOffline: boolean
}

/** What to change of the viewer's preferences; what is left out, or null, stays. */
export type PreferencesInput = { [Name in keyof Preferences]?: boolean | null | undefined }

const setPreferences: Statement = {
  name: 'set_preferences',
  text: `update users set sound = coalesce($3, sound), browser_notifications = coalesce($4, browser_notifications),
      email_when_offline = coalesce($5, email_when_offline)
    where company_id = $1 and id = $2
    returning sound, browser_notifications as "browserNotifications", email_when_offline as "emailWhenOffline"`,
}

/** Changes how the viewer is told of news. */
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
  // Row-level security shows nothing to somebody disabled a moment ago.
  if (!preferences) throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  services.viewers.forget(viewer.companyId)
  return { preferences }
}
