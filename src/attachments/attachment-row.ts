import { column, columns, type RowOf } from '../database/columns.ts'
import { byKey, statement } from '../database/statement.ts'
import { inBothViews, seenIn, type Viewed } from '../visibility/views.ts'
import { seenBy } from '../visibility/visibility.ts'

/** The kinds of attachments. */
export const attachmentKinds = ['FILE', 'IMAGE', 'VOICE'] as const
export type AttachmentKind = (typeof attachmentKinds)[number]
/** The states that people see. */
export type AttachmentState = 'UPLOADING' | 'SCANNING' | 'READY' | 'ATTACHED' | 'REFUSED'
/** The reasons why an upload is refused. */
export type AttachmentRefusal = 'TOO_LARGE' | 'TYPE' | 'INFECTED' | 'QUOTA'

/** An attachment. Name and key are ciphertext; the key is null once it is refused. */
export type AttachmentRow = RowOf<typeof attachmentColumns> & Viewed

/** The columns of an attachment. */
export const attachmentColumns = columns({
  id: column.uuid,
  uploaderId: column.uuid,
  kind: column.of<AttachmentKind>(),
  state: column.of<AttachmentState>(),
  refusal: column.of<AttachmentRefusal | null>(),
  fileName: column.bytes,
  sealedKey: column.bytes.orNull,
  mediaType: column.text.orNull,
  size: column.integer,
  received: column.integer,
  content: column.text,
  width: column.integer.orNull,
  height: column.integer.orNull,
  durationMs: column.integer.orNull,
  thumbnailSize: column.integer.orNull,
  messageId: column.uuid.orNull,
  createdAt: column.instant,
})

/** Attachments by id: of messages that the viewer may read and nobody has retracted, and the viewer's own that are in none. */
export const attachmentsById = statement({
  name: 'attachments_by_id',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: attachmentColumns,
  text: `select ${attachmentColumns.of('a')} from ${byKey('attachments', 'a')}
    where a.state <> 'REMOVED' and (
      a.message_id is null and a.uploader_id = :viewerId or exists (
        select from messages m ${seenBy()}
        where m.company_id = a.company_id and m.id = a.message_id and m.state <> 'RETRACTED'
      )
    )`,
})

const wasHeld = `exists (
      select from moderation_cases k where k.company_id = m.company_id and k.message_id = m.id and k.kind = 'HELD'
    )`

/** Attachments by id of messages that are or were held, whoever may see them: only for moderators. */
export const heldAttachmentsById = statement({
  name: 'held_attachments_by_id',
  parameters: ['companyId', 'ids'],
  row: attachmentColumns,
  text: `select ${attachmentColumns.of('a')} from ${byKey('attachments', 'a')}
    where a.state <> 'REMOVED' and exists (
      select from messages m
      where m.company_id = a.company_id and m.id = a.message_id and m.state <> 'RETRACTED' and ${wasHeld}
    )`,
})

/** The attachments of such messages in their order. */
export const heldAttachmentsOf = statement({
  name: 'held_attachments_of',
  parameters: ['companyId', 'ids'],
  row: attachmentColumns,
  text: `select ${attachmentColumns.of('a')} from attachments a join messages m on m.company_id = a.company_id and m.id = a.message_id
    where a.company_id = :companyId and a.message_id = any(:ids) and m.state <> 'RETRACTED' and ${wasHeld}
    order by a.message_id, a.place`,
})

/** The attachments of messages that the viewer may read and nobody has retracted, in their order. */
export const attachmentsOf = inBothViews({
  name: 'attachments_of',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: attachmentColumns,
  text: (view) => `select ${attachmentColumns.of('a')}
    from attachments a join messages m on m.company_id = a.company_id and m.id = a.message_id ${seenIn(view)}
    where a.company_id = :companyId and a.message_id = any(:ids) and m.state <> 'RETRACTED' order by a.message_id, a.place`,
})
