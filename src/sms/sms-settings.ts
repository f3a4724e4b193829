import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import type { QuietHours } from './quiet-hours.ts'

/** A company's settings for SMS, and how many were sent in its current month. */
export type SmsSettingsRow = RowOf<typeof settingsColumns>

const settingsColumns = columns({
  fromNumber: column.text.orNull,
  helpBusiness: column.text.orNull,
  helpPurpose: column.text.orNull,
  helpPhone: column.text.orNull,
  helpEmail: column.text.orNull,
  helpWebsite: column.text.orNull,
  helpDisclaimer: column.text.orNull,
  timeZone: column.text.orNull,
  quietFrom: column.text.orNull.from(`case when s.company_id is null then '21:00' else s.quiet_from end`),
  quietTo: column.text.orNull.from(`case when s.company_id is null then '08:00' else s.quiet_to end`),
  batchSize: column.integer.from('coalesce(s.batch_size, 60)'),
  batchSeconds: column.integer.from('coalesce(s.batch_seconds, 60)'),
  monthlyCap: column.integer.orNull,
  keywordReplies: column.of<'PROVIDER' | 'COLLOQUY'>().orNull,
  stopWords: column.of<string[]>().from(`coalesce(s.stop_words, '{}')`),
  meta: column.of<unknown>(),
  month: column.text.from(`coalesce(p.month, '')`),
  monthCount: column.integer.from('coalesce(p.month_count, 0)'),
})

/** The settings of a company; the defaults where it has set nothing. */
const settingsOf = statement({
  name: 'sms_settings',
  parameters: ['companyId'],
  row: settingsColumns,
  text: `select ${settingsColumns.of('s')} from companies c left join sms_settings s on s.company_id = c.id
    left join sms_pace p on p.company_id = c.id where c.id = :companyId`,
})

/** Reads the settings of the company that the database is bound to. */
export async function readSmsSettings(tenant: TenantDatabase): Promise<SmsSettingsRow> {
  const [settings] = await tenant.query(settingsOf, { companyId: tenant.tenant.companyId })
  if (!settings) throw new Error('The company has settings, or the defaults.')
  return settings
}

/** The quiet hours of a company, null if it has none. */
export function quietHoursOf({ quietFrom, quietTo }: SmsSettingsRow): QuietHours | null {
  return quietFrom !== null && quietTo !== null ? { from: quietFrom, to: quietTo } : null
}

/** The zone of a company that has set none. */
export const DEFAULT_ZONE = 'UTC'

/** The numbers of a company, and those of others, for the system role. */
export const companiesOfNumber = statement({
  name: 'companies_of_sms_number',
  parameters: ['number'],
  row: rowsOf<{ companyId: string }>(),
  text: 'select n.company_id as "companyId" from app.sms_numbers n where n.number = :number order by n.company_id',
})
