import { builder } from '../../graphql/builder.ts'
import type { ExportRow } from '../export-row.ts'

/** The GraphQL type of an export; its fields are in schema.ts. */
export const ExportRef = builder.objectRef<ExportRow>('Export')

/** The GraphQL enum of formats. */
export const ExportFormatEnum = builder.enumType('ExportFormat', {
  description: 'A format of exports.',
  values: {
    CSV: { description: 'A table for spreadsheets, by RFC 4180. Lists in it are JSON.' },
    JSONL: { description: 'JSON Lines: an object for each message.' },
  } as const,
})
