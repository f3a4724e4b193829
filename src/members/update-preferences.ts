import type { Context } from '../context.ts'

/** What to change of the viewer's preferences; what is left out stays. */
export interface PreferencesInput {
  sound?: boolean | null | undefined
  browserNotifications?: boolean | null | undefined
  emailWhenOffline?: boolean | null | undefined
}

/** Changes how the viewer is told of news. */
export async function updatePreferences({ viewer, tenant, parts }: Context, input: PreferencesInput) {
  const changes = Object.fromEntries(Object.entries(input).filter(([, value]) => value != null))
  const preferences = await tenant.prisma.user.update({
    where: { companyId_id: { companyId: viewer.companyId, id: viewer.userId } },
    data: changes,
  })
  parts.viewers.forget(viewer.companyId)
  return { preferences }
}
