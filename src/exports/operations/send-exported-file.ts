import type { IncomingMessage, ServerResponse } from 'node:http'
import { create } from 'content-disposition'
import { type AttachmentRow, attachmentColumns } from '../../attachments/attachment-row.ts'
import { readContent } from '../../attachments/file-content.ts'
import { contentOf, locationOf } from '../../attachments/file-location.ts'
import { sendContent } from '../../attachments/send-content.ts'
import type { Services } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { decodeId } from '../../ids.ts'
import { withheldFrom } from '../withheld.ts'
import { DownloadRefused, type FoundExport } from './find-download.ts'

const exportedFile = statement({
  name: 'exported_file',
  parameters: ['companyId', 'attachmentId', 'from', 'to', 'authorIds', 'conversationIds'],
  row: rowsOf<AttachmentRow & { conversationId: string }>(),
  text: `select ${attachmentColumns.of('a')}, m.conversation_id as "conversationId"
    from attachments a join messages m on m.company_id = a.company_id and m.id = a.message_id
    where a.company_id = :companyId and a.id = :attachmentId
      and m.created_at >= :from::timestamptz and m.created_at < :to::timestamptz
      and (:authorIds::uuid[] is null or m.author_id = any(:authorIds))
      and (:conversationIds::uuid[] is null or m.conversation_id = any(:conversationIds))`,
})

/** A file of an export, by its id in the API, and the headers of all answers. */
type Asked = FoundExport & { attachmentId: string; headers: Record<string, string> }

/** Sends a file of a message that the export holds. Throws DownloadRefused. */
export async function sendExportedFile(
  { attachments, database, keyring, policy }: Services,
  request: IncomingMessage,
  response: ServerResponse,
  { companyId, requestedById, from, to, filter, attachmentId: asked, headers }: Asked,
): Promise<void> {
  const system = database.forSystem(companyId)
  const attachmentId = decodeId(asked)
  const [found] =
    attachmentId?.type === 'Attachment'
      ? await system.query(exportedFile, {
          ...{ companyId, attachmentId: attachmentId.uuid, from, to },
          ...{ authorIds: filter.userIds, conversationIds: filter.conversationIds },
        })
      : []
  const withheld =
    policy && found && (await withheldFrom(policy, system, requestedById, [found.conversationId]))
  if (!found || withheld?.has(found.conversationId))
    throw new DownloadRefused(404, 'The export has no such file.')
  const keys = await keyring.forCompany(companyId)
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/octet-stream',
    'content-length': found.size,
    'content-disposition': create(keys.decrypt(found.fileName, locationOf('file-name', found.id))),
  })
  if (request.method === 'HEAD') response.end()
  else await sendContent(response, readContent(attachments.store, contentOf(keys, companyId, found)))
}
