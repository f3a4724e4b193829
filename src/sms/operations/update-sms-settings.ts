import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import type { CompanyRow } from '../../database/prisma-types.ts'
import { DbNull } from '../../database/prisma-types.ts'
import { statement } from '../../database/statement.ts'
import { InvalidInputError } from '../../errors.ts'
import { phoneNumber } from '../../guests/phone-number.ts'
import { lineText, parseInput, shortText, visible } from '../../input.ts'
import { emailAddress } from '../../members/email-address.ts'
import { isTimeZone } from '../../text/time-zone.ts'
import { type Keyword, readKeyword } from '../keywords.ts'
import { readSmsSettings } from '../sms-settings.ts'

const between = (min: number, max: number) => {
  const error = `Must be ${min} to ${max}.`
  return z.number().int().min(min, { error }).max(max, { error })
}
const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'This is no time of day, such as 21:00.' })
const MAX_META_BYTES = 8 * 1024
/** No word of a company takes these away from guests. */
const KEPT: readonly (Keyword | undefined)[] = ['START', 'YES', 'HELP']

const schema = z.object({
  from: phoneNumber.nullish(),
  helpBusiness: lineText('The business').nullish(),
  helpPurpose: lineText('The purpose').nullish(),
  helpPhone: phoneNumber.nullish(),
  helpEmail: emailAddress('This is not an e-mail address.').nullish(),
  helpWebsite: z
    .url({ protocol: /^https?$/, error: 'This is no address of a website.' })
    .max(255)
    .nullish(),
  helpDisclaimer: lineText('The disclaimer').nullish(),
  timeZone: shortText(64, 'The time zone')
    .refine(isTimeZone, { error: 'This is no time zone of the IANA database, such as Europe/Berlin.' })
    .nullish(),
  quietFrom: time.nullish(),
  quietTo: time.nullish(),
  batchSize: between(1, 1_000).nullish(),
  batchSeconds: between(1, 3_600).nullish(),
  monthlyCap: between(0, 100_000_000).nullish(),
  keywordReplies: z.enum(['PROVIDER', 'COLLOQUY']).nullish(),
  stopWords: z
    .array(
      visible(shortText(40, 'A word'), 'A word')
        .refine((word) => /[\p{L}\p{N}]/u.test(word), { error: 'A word has a letter or a digit.' })
        .refine((word) => !KEPT.includes(readKeyword(word)), {
          error: 'START, YES, HELP and their like keep their meaning.',
        }),
    )
    .max(50, { error: 'At most 50 words are kept.' })
    .nullish(),
  meta: z
    .unknown()
    .refine((value) => Buffer.byteLength(JSON.stringify(value ?? null)) <= MAX_META_BYTES, {
      error: 'The JSON is longer than 8 KiB.',
    })
    .refine((value) => !JSON.stringify(value ?? null).includes('\\u0000'), {
      error: 'A NUL character cannot be stored.',
    })
    .refine((value) => !/\\ud[89a-f]/i.test(JSON.stringify(value ?? null)), {
      error: 'The text holds half a character (a lone surrogate).',
    })
    .optional(),
})

const takeNumber = statement({
  name: 'take_sms_number',
  parameters: ['companyId', 'number'],
  row: rowsOf<{ isOwn: boolean }>(),
  text: `with taken as (
      insert into app.sms_numbers (number, company_id) select :number, :companyId::uuid
      where not exists (select from app.sms_numbers n where n.number = :number) on conflict do nothing returning company_id
    )
    select exists (select from taken) or exists (
      select from app.sms_numbers n where n.number = :number and n.company_id = :companyId::uuid
    ) as "isOwn"`,
})

/**
 * Changes the company's settings for SMS. Requires COMPANY_MANAGE. A number that no company uses becomes the company's; one
 * that another company uses, or that the operator has configured for all, is assigned by the operator, because answers go to
 * the companies of a number. Throws InvalidInputError.
 */
export async function updateSmsSettings(context: Context, input: unknown): Promise<{ company: CompanyRow }> {
  requirePermission(context, 'COMPANY_MANAGE')
  const { from, meta, ...rest } = parseInput(schema, input)
  const { companyId } = context.viewer
  await requireBothEnds(context, rest)
  if (from) await assertOwn(context, from)
  const { batchSize, batchSeconds, stopWords, ...nullable } = rest
  const data = {
    ...defined(nullable),
    ...defined({ fromNumber: from }),
    ...(batchSize != null && { batchSize }),
    ...(batchSeconds != null && { batchSeconds }),
    ...(stopWords != null && { stopWords }),
    ...(meta !== undefined && { meta: meta === null ? DbNull : (meta as object) }),
  }
  await context.tenant.transaction((transaction) =>
    transaction.smsSettings.upsert({ where: { companyId }, create: { companyId, ...data }, update: data }),
  )
  return { company: context.viewer.company }
}

/** One end that is left out stays as it is stored. */
async function requireBothEnds(
  { tenant }: Context,
  { quietFrom, quietTo }: { quietFrom?: string | null | undefined; quietTo?: string | null | undefined },
): Promise<void> {
  if (quietFrom === undefined && quietTo === undefined) return
  const isWhole = quietFrom !== undefined && quietTo !== undefined
  const stored = isWhole ? { quietFrom, quietTo } : await readSmsSettings(tenant)
  const ends = [quietFrom, quietTo].map((end, at) =>
    end === undefined ? [stored.quietFrom, stored.quietTo][at] : end,
  )
  if ((ends[0] === null) === (ends[1] === null)) return
  const detail = 'Set both ends of the quiet hours, or both to null.'
  throw new InvalidInputError([{ path: ['quietFrom'], detail }])
}

async function assertOwn({ viewer, services }: Context, number: string): Promise<void> {
  const { database, sms } = services
  const isConfigured = number === sms.settings.from || number === sms.provider.defaultFrom
  const [taken] = isConfigured
    ? []
    : await database.acrossCompanies(takeNumber, { companyId: viewer.companyId, number })
  if (taken?.isOwn) return
  throw new InvalidInputError([
    {
      path: ['from'],
      detail: 'This number is used by others: ask the operator to assign it to this company, too.',
    },
  ])
}

/** Null empties a setting, and undefined leaves it. */
function defined<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
