import { z } from 'zod'
import { fairWork } from '../concurrency/fair-work.ts'
import { InvalidInputError } from '../errors.ts'
import { lineText, parseInput, shortText, visible } from '../input.ts'
import { emailAddress } from '../members/email-address.ts'
import { isTimeZone } from '../text/time-zone.ts'
import { mobileNumber } from './phone-number.ts'

/** A row that was rejected, and the reason. */
export interface GuestProblem {
  index: number
  detail: string
}

const rowSchema = z
  .object({
    externalId: visible(shortText(255, 'The externalId', 1024), 'The externalId').nullish(),
    name: lineText('The name').nullish(),
    phone: mobileNumber.nullish(),
    email: emailAddress('This is not an e-mail address.').nullish(),
    timeZone: shortText(64, 'The time zone')
      .refine(isTimeZone, { error: 'This is no time zone of the IANA database, such as Europe/Berlin.' })
      .nullish(),
    consent: z.enum(['UNKNOWN', 'SUBSCRIBED', 'OPTED_OUT']).nullish(),
  })
  .refine(({ externalId, phone }) => externalId != null || phone != null, {
    error: 'A guest needs an externalId or a phone.',
  })

/** A valid row. An absent field stays as it is, and null empties it. */
export type GuestInput = z.output<typeof rowSchema>

/** A valid row and its index in the input. */
export interface NumberedGuest {
  index: number
  row: GuestInput
}

/** Reading a phone number takes some 20 µs, and other work of the process comes in between. */
const ROWS_AT_ONCE = 50

/** Separates the valid rows from the invalid ones. An externalId or a phone in two rows is a problem of the second. */
export async function readGuestRows(
  guests: unknown[],
): Promise<{ rows: NumberedGuest[]; problems: GuestProblem[] }> {
  const rows: NumberedGuest[] = []
  const problems: GuestProblem[] = []
  const seen = new Set<string>()
  const done = fairWork(ROWS_AT_ONCE)
  for (const [index, guest] of guests.entries()) {
    await done(1)
    try {
      const row = parseInput(rowSchema, guest)
      const names = [row.externalId && `id ${row.externalId}`, row.phone && `phone ${row.phone}`].filter(
        (name) => name != null,
      )
      if (names.some((name) => seen.has(name))) {
        problems.push({ index, detail: 'An earlier row of the same call has this externalId or phone.' })
        continue
      }
      for (const name of names) seen.add(name)
      rows.push({ index, row })
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      const detail = error.issues.map(({ path, detail }) => [...path, detail].join(': ')).join(' ')
      problems.push({ index, detail })
    }
  }
  return { rows, problems }
}
