import { z } from 'zod'
import { fairWork } from '../concurrency/fair-work.ts'
import { InvalidInputError } from '../errors.ts'
import { lineText, parseInput, shortText, visible } from '../input.ts'
import { avatarUrl } from './avatar-url.ts'
import { emailAddress } from './email-address.ts'

/** A row that was rejected, and the reason. */
export interface MemberProblem {
  index: number
  externalId: string
  detail: string
}

const rowSchema = z.object({
  externalId: visible(shortText(255, 'The externalId', 1024), 'The externalId'),
  name: lineText('The name'),
  email: emailAddress('This is not an e-mail address.').nullish(),
  department: shortText(255, 'The department').nullish(),
  avatarUrl: avatarUrl.nullish(),
  role: shortText(255, 'The role').nullish(),
  isEnabled: z.boolean().nullish(),
})

/**
 * Maximum number of characters of names and the like that are read at once. Reading and folding them takes some
 * milliseconds.
 */
export const CHARACTERS_AT_ONCE = 4_000

/** Returns the number of characters of a row. */
export function lengthOf(member: unknown): number {
  const texts = Object.values(member as object).filter((value) => typeof value === 'string')
  return texts.reduce((sum, { length }) => sum + length, 0)
}

/** A valid row and its index in the input. */
export interface NumberedRow {
  index: number
  row: z.output<typeof rowSchema>
}

/** Separates the valid rows, one for each external id, from the invalid ones. */
export async function readMemberRows(
  members: unknown[],
): Promise<{ rows: NumberedRow[]; problems: MemberProblem[] }> {
  const rows: NumberedRow[] = []
  const problems: MemberProblem[] = []
  const seen = new Set<string>()
  const done = fairWork(CHARACTERS_AT_ONCE)
  for (const [index, member] of members.entries()) {
    const { externalId } = member as { externalId: string }
    const report = (detail: string) => problems.push({ index, externalId: externalId.toWellFormed(), detail })
    if (seen.has(externalId)) {
      report('This externalId stands in an earlier row of the same call.')
      continue
    }
    await done(lengthOf(member))
    try {
      rows.push({ index, row: parseInput(rowSchema, member) })
      seen.add(externalId)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      report(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.detail}`).join(' '))
    }
  }
  return { rows, problems }
}
