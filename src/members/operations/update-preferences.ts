import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { RequestError } from '../../errors.ts'

/** The notification preferences of a member. */
export interface Preferences {
  sound: boolean
  browserNotifications: boolean
  emailWhenOffline: boolean
}

/** The preferences to change. Those that are left out or null stay. */
export type PreferencesInput = { [Name in keyof Preferences]?: boolean | null | undefined }

const setPreferences = statement({
  name: 'set_preferences',
  parameters: ['companyId', 'viewerId', 'sound', 'browserNotifications', 'emailWhenOffline'],
  row: rowsOf<Preferences>(),
  text: `update users set sound = coalesce(:sound, sound),
      browser_notifications = coalesce(:browserNotifications, browser_notifications),
      email_when_offline = coalesce(:emailWhenOffline, email_when_offline)
    where company_id = :companyId and id = :viewerId
    returning sound, browser_notifications as "browserNotifications", email_when_offline as "emailWhenOffline"`,
})

/** Changes the viewer's notification preferences. */
export async function updatePreferences(
  { viewer, tenant, services }: Context,
  { sound, browserNotifications, emailWhenOffline }: PreferencesInput,
): Promise<{ preferences: Preferences }> {
  const [preferences] = await tenant.query(setPreferences, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    sound: sound ?? null,
    browserNotifications: browserNotifications ?? null,
    emailWhenOffline: emailWhenOffline ?? null,
  })
  // Row-level security returns no row if the viewer was disabled a moment ago.
  if (!preferences) throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  services.viewers.forget(viewer.companyId)
  return { preferences }
}
