import { builder } from '../../graphql/builder.ts'
import type { CaseRow } from '../case-row.ts'

/** The GraphQL type of a case; its fields are in schema.ts. */
export const ModerationCaseRef = builder.objectRef<CaseRow>('ModerationCase')

/** The GraphQL enum of reasons of reports. */
export const ReportReasonEnum = builder.enumType('ReportReason', {
  description: 'A reason to report a message.',
  values: {
    SPAM: { description: 'It is unwanted advertising, or repeats itself.' },
    HARASSMENT: { description: 'It insults or threatens somebody.' },
    CONFIDENTIAL: { description: 'It tells what these people should not know.' },
    OTHER: { description: 'Another reason, which the note explains.' },
  } as const,
})
