import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { type CompanyRow, DbNull } from '../../database/prisma-types.ts'
import { InvalidInputError } from '../../errors.ts'
import { parseInput } from '../../input.ts'
import { changedSpamSettings, spamSettingsInput } from '../spam-settings.ts'

const between = (min: number, max: number) =>
  z
    .number()
    .int()
    .min(min, { error: `Must be ${min} to ${max}.` })
    .max(max, { error: `Must be ${min} to ${max}.` })
const minutes = between(0, 5_256_000).nullish()

const schema = z.object({
  messagingEnabled: z.boolean().nullish(),
  safeMode: z.boolean().nullish(),
  sendLimits: z
    .array(z.object({ max: between(1, 1_000_000), perSeconds: between(1, 86_400) }))
    .min(1, { error: 'Give at least one window, or null for those of the schema.' })
    .max(4, { error: 'At most 4 windows are kept.' })
    .nullish(),
  maxThreadDepth: between(0, 64).nullish(),
  defaultGroupAccess: z.enum(['OPEN', 'CLOSED', 'PRIVATE']).nullish(),
  editWindowMinutes: minutes,
  retractWindowMinutes: minutes,
  revisionsVisibleTo: z.enum(['AUDITORS', 'PARTICIPANTS']).nullish(),
  emailDelayMinutes: between(0, 10_080).nullish(),
  broadcastsPerHour: between(0, 1_000).nullish(),
  eventRetentionDays: between(1, 365).nullish(),
  retentionDays: between(0, 36_500).nullish(),
  spam: spamSettingsInput.nullish(),
  auditReadsVisible: z.boolean().nullish(),
})

/** Changes the company's settings. Requires COMPANY_MANAGE. Throws InvalidInputError. */
export async function updateCompanySettings(
  context: Context,
  input: unknown,
): Promise<{ company: CompanyRow }> {
  requirePermission(context, 'COMPANY_MANAGE')
  const { viewer, tenant, services } = context
  const { sendLimits, editWindowMinutes, retractWindowMinutes, retentionDays, spam, ...rest } = parseInput(
    schema,
    input,
  )
  assertBelowCeiling(sendLimits ?? [], services.sendLimitCeiling)
  const company = await tenant.transaction((transaction) =>
    transaction.company.update({
      where: { id: viewer.companyId },
      data: {
        ...given(rest),
        // For these settings null is a value; for the others it means leaving them out.
        ...(editWindowMinutes !== undefined && { editWindowMinutes }),
        ...(retractWindowMinutes !== undefined && { retractWindowMinutes }),
        ...(retentionDays !== undefined && { retentionDays }),
        ...(spam != null && { spam: { ...changedSpamSettings(viewer.company, spam) } }),
        ...(sendLimits !== undefined && { sendLimits: sendLimits ?? DbNull }),
      },
    }),
  )
  services.viewers.forget(viewer.companyId)
  // Both switches change who may read, so a trigger has appended an event.
  const stream = await tenant.prisma.companyStream.findFirst({ where: { companyId: viewer.companyId } })
  services.live.notify(viewer.companyId, Number(stream?.position ?? 0))
  return { company }
}

/** Throws InvalidInputError for limits above the operator's maximum. */
function assertBelowCeiling(windows: { max: number; perSeconds: number }[], ceiling: number): void {
  const issues = windows.flatMap(({ max, perSeconds }, at) => {
    const allowed = ceiling * perSeconds
    const detail = `Must be at most ${allowed} in ${perSeconds} s: the operator allows ${ceiling} calls a second and person.`
    return max > allowed ? [{ path: ['sendLimits', String(at), 'max'], detail }] : []
  })
  if (issues.length > 0) throw new InvalidInputError(issues)
}

type Given<T> = { [Name in keyof T]?: NonNullable<T[Name]> }

/** Removes properties that are null or undefined. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as Given<T>
}
