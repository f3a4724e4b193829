import type { AuditedRead } from '../../audit/audited-reads.ts'
import type { Context } from '../../context.ts'
import { type Viewed, viewOf } from '../../visibility/views.ts'

/**
 * Records a read of an auditor, which is committed when this resolves, and tells the people of the conversation where the company
 * wants it. Throws if it cannot be recorded: then nothing of what was read may be answered.
 */
export async function recordAuditedRead(
  { loaders, services, viewer }: Context,
  read: AuditedRead,
): Promise<void> {
  const position = await loaders.auditedReads.load(read)
  if (position !== null) services.live.notify(viewer.companyId, position)
}

/** Records the read of a part of a conversation if it is an auditor's, and returns the part. */
export async function recorded<Part>(
  context: Context,
  { conversationId, ...viewed }: Viewed & { conversationId: string },
  part: Part,
  describe: (part: Part) => Record<string, unknown>,
): Promise<Part> {
  if (viewOf(viewed) === 'audited')
    await recordAuditedRead(context, { conversationId, detail: describe(part) })
  return part
}
