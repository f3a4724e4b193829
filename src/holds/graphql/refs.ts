import { builder } from '../../graphql/builder.ts'
import type { HoldRow } from '../hold-row.ts'

/** The GraphQL type of a legal hold; its fields are in schema.ts. */
export const LegalHoldRef = builder.objectRef<HoldRow>('LegalHold')
