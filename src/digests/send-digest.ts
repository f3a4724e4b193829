import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import { conversationTitle } from '../conversations/queries/conversation-title.ts'
import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { oneLine } from '../email/mail-text.ts'
import { RequestError } from '../errors.ts'
import { uuidFromHash } from '../ids.ts'
import type { Job } from '../jobs/job.ts'
import { unsubscribeUrl } from './unsubscribe-token.ts'

/** Maximum number of conversations that a digest names. */
const MAX_NAMED = 20

/** One conversation with messages to tell of, and the last of them. */
type DueRow = RowOf<typeof dueColumns>

const dueColumns = columns({
  conversationId: column.uuid,
  messageCount: column.integer,
  upToSeq: column.integer,
})

const isQueued = statement({
  name: 'is_digest_queued',
  parameters: ['userId', 'queuedAt'],
  row: rowsOf<{ isQueued: boolean }>(),
  text: 'select app.is_digest_queued(:userId, :queuedAt) as "isQueued"',
})

const dueDigest = statement({
  name: 'due_digest',
  parameters: ['userId'],
  row: dueColumns,
  text: `select ${dueColumns.of('d')} from app.due_digest(:userId) d`,
})

const settleDigest = statement({
  name: 'settle_digest',
  parameters: ['userId', 'queuedAt', 'conversationIds', 'seqs'],
  text: 'select app.settle_digest(:userId, :queuedAt, :conversationIds, :seqs)',
})

/**
 * Sends one person a digest of due messages, unless they have come online, read them, or turned e-mail off since the
 * job was enqueued. It contains names and numbers, never what was written. The reported messages are recorded, so none
 * is reported twice. Throws MailError; the job is then repeated, and a mail program recognises a second e-mail by its
 * id.
 */
export async function sendDigest(job: Job): Promise<void> {
  const { tenant } = job
  const [userId, queuedAt] = [String(job.payload.userId), Number(job.payload.queuedAt)]
  const [found] = await tenant.query(isQueued, { userId, queuedAt })
  if (!found?.isQueued) return
  const told = await tell(job, userId, queuedAt)
  const conversationIds = told.map(({ conversationId }) => conversationId)
  const seqs = told.map(({ upToSeq }) => upToSeq)
  await tenant.query(settleDigest, { userId, queuedAt, conversationIds, seqs })
}

/** Returns the conversations that the person was sent. */
async function tell(job: Job, userId: string, queuedAt: number): Promise<DueRow[]> {
  const context = await contextOf(job, userId)
  if (!context) return []
  const { user, company } = context.viewer
  const [presence] = await job.services.presence.read(job.companyId, [userId])
  if (!user.email || !user.emailWhenOffline || user.doNotDisturbUntil) return []
  if (presence && presence.status !== 'OFFLINE') return []
  const due = await withoutDenied(job, userId, await job.tenant.query(dueDigest, { userId }))
  if (due.length === 0) return []
  const [name, companyName] = [oneLine(user.name), oneLine(company.name)]
  const url = unsubscribeUrl(job.services.publicUrl, await job.keys(), { companyId: job.companyId, userId })
  await job.services.mailer.send(
    {
      id: idOf(job.companyId, userId, String(queuedAt)),
      to: { name, address: user.email },
      subject: `Unread messages at ${companyName}`,
      text: [
        `${name}, these conversations at ${companyName} have messages you have not read:`,
        '',
        ...(await linesOf(context, due)),
        '',
        `To get no more of these e-mails: ${url}`,
        '',
      ].join('\n'),
      unsubscribeUrl: url,
    },
    job.signal,
  )
  return due
}

/** Conversations that the operator's policy denies the person are told of once it allows them. */
async function withoutDenied({ services, tenant }: Job, userId: string, due: DueRow[]): Promise<DueRow[]> {
  if (!services.policy || due.length === 0) return due
  const pairs = due.map((row) => ({ ...row, userId }))
  const denied = await services.policy.denied(tenant, pairs)
  return due.filter((_, at) => !pairs[at] || !denied.has(pairs[at]))
}

/** Undefined if the person is no longer an active member. */
async function contextOf(job: Job, userId: string): Promise<Context | undefined> {
  try {
    return await job.contextOf(userId)
  } catch (error) {
    if (error instanceof RequestError && error.code === 'FORBIDDEN') return undefined
    throw error
  }
}

async function linesOf(context: Context, due: DueRow[]): Promise<string[]> {
  const named = await Promise.all(due.slice(0, MAX_NAMED).map((row) => lineOf(context, row)))
  const more = due.length - named.length
  return more > 0 ? [...named, `- and ${more} more`] : named
}

async function lineOf(context: Context, { conversationId, messageCount }: DueRow): Promise<string> {
  const { loaders } = context
  const conversation = await loaders.conversation.load(conversationId)
  if (conversation?.kind === 'BROADCAST') {
    // The subject of a broadcast is content, so its author is named instead.
    const author = conversation.createdById && (await loaders.user.load(conversation.createdById))
    return author
      ? `- A broadcast by ${oneLine(author.name)}: ${messageCount}`
      : `- A broadcast: ${messageCount}`
  }
  const title = conversation ? oneLine(await conversationTitle(context, conversation)) : ''
  return `- ${title || 'A conversation'}: ${messageCount}`
}

/** Every attempt has the same id, so that mail programs recognise a second copy. */
function idOf(...parts: string[]): string {
  return uuidFromHash(createHash('sha256').update(parts.join(' ')).digest())
}
