import { z } from 'zod'
import type { Context } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { RequestError } from '../../errors.ts'
import { parseInput } from '../../input.ts'
import { type Preferences, preferenceColumns } from '../user-row.ts'

/** BCP 47 names 35 characters as enough for most tags; extensions make them longer. */
const MAX_LOCALE = 85

const schema = z.object({
  sound: z.boolean().nullish(),
  browserNotifications: z.boolean().nullish(),
  emailWhenOffline: z.boolean().nullish(),
  showPreviewInNotifications: z.boolean().nullish(),
  locale: z
    .string()
    .transform((tag, context) => {
      const locale = canonicalLocale(tag)
      if (locale !== undefined) return locale
      context.addIssue({ code: 'custom', message: 'This is not a BCP 47 language tag, such as de-AT.' })
      return z.NEVER
    })
    .nullish(),
  doNotDisturbUntil: z
    .date()
    .refine((until) => until.getTime() > Date.now(), {
      error: 'The end of do-not-disturb lies in the future.',
    })
    .nullish(),
})

const setPreferences = statement({
  name: 'set_preferences',
  parameters: [
    'companyId',
    'viewerId',
    'sound',
    'browserNotifications',
    'emailWhenOffline',
    'showPreviewInNotifications',
    'setsLocale',
    'locale',
    'setsEnd',
    'doNotDisturbUntil',
  ],
  row: preferenceColumns,
  text: `update users u set sound = coalesce(:sound, sound),
      browser_notifications = coalesce(:browserNotifications, browser_notifications),
      email_when_offline = coalesce(:emailWhenOffline, email_when_offline),
      show_preview_in_notifications = coalesce(:showPreviewInNotifications, show_preview_in_notifications),
      locale = case when :setsLocale then :locale else locale end,
      do_not_disturb_until = case when :setsEnd then :doNotDisturbUntil else do_not_disturb_until end
    where company_id = :companyId and id = :viewerId
    returning ${preferenceColumns.of('u')}`,
})

/** Changes the viewer's notification preferences. Throws InvalidInputError for a locale or an end that is none. */
export async function updatePreferences(
  { viewer, tenant, services }: Context,
  input: unknown,
): Promise<{ preferences: Preferences }> {
  const { locale, doNotDisturbUntil, ...switches } = parseInput(schema, input)
  const [preferences] = await tenant.query(setPreferences, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    sound: switches.sound ?? null,
    browserNotifications: switches.browserNotifications ?? null,
    emailWhenOffline: switches.emailWhenOffline ?? null,
    showPreviewInNotifications: switches.showPreviewInNotifications ?? null,
    setsLocale: locale !== undefined,
    locale: locale ?? null,
    setsEnd: doNotDisturbUntil !== undefined,
    doNotDisturbUntil: doNotDisturbUntil ?? null,
  })
  // Row-level security returns no row if the viewer was disabled a moment ago.
  if (!preferences) throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  services.viewers.forget(viewer.companyId)
  return { preferences }
}

function canonicalLocale(tag: string): string | undefined {
  if (tag.length > MAX_LOCALE) return undefined
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}
