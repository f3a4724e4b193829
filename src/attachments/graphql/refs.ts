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

/** The GraphQL enum of the reasons for which files are refused. */
export const AttachmentRefusalEnum = builder.enumType('AttachmentRefusal', {
  description: 'A reason why a file is not accepted.',
  values: {
    TOO_LARGE: { description: 'It has more bytes or pixels than are accepted.' },
    TYPE: { description: 'It is not of the kind that it was said to be, or of a type that is not accepted.' },
    INFECTED: { description: 'The scanner has found something in it.' },
    QUOTA: {
      description: "The company's room is used up, or the viewer has too many files that are not sent.",
    },
  } as const,
})
