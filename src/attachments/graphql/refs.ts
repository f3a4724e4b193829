import { builder } from '../../graphql/builder.ts'
import type { AttachmentRow } from '../attachment-row.ts'

/** The GraphQL type of an attachment; its fields are in schema.ts. */
export const AttachmentRef = builder.objectRef<AttachmentRow>('Attachment')

/** The GraphQL enum of kinds. */
export const AttachmentKindEnum = builder.enumType('AttachmentKind', {
  description: 'A kind of attachment.',
  values: {
    FILE: { description: 'A file of any type.' },
    IMAGE: { description: 'A picture, shown in place with its thumbnail.' },
    VOICE: { description: 'A voice note.' },
  } as const,
})
