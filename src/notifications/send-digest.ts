import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { ConversationRow } from '../conversations/conversation-row.ts'
import { conversationTitle } from '../conversations/conversation-title.ts'
import { inboxList } from '../conversations/lists.ts'
import { Refusal } from '../errors.ts'
import type { Job } from '../jobs/tasks.ts'
import { unsubscribeUrl } from './unsubscribe-token.ts'

/** How many conversations a digest names. */
const MOST_NAMED = 20

/**
 * Sends one person a digest of what is unread, unless they have come online, read it, or want no e-mail since the job was
 * queued. It names conversations and numbers, never what was written. Throws MailError: the job is tried again, and a
 * mail program knows a second one by its id.
 */
export async function sendDigest(job: Job): Promise<void> {
  const userId = String(job.payload.userId)
  const context = await contextOf(job, userId)
  if (!context) return
  const { user, company } = context.viewer
  const [presence] = await job.parts.presence.read(job.companyId, [userId])
  if (!user.email || !user.emailWhenOffline || (presence && presence.status !== 'OFFLINE')) return
  const lines = await linesOf(context)
  if (lines.length === 0) return
  const url = unsubscribeUrl(job.parts.publicUrl, await job.keys(), { companyId: job.companyId, userId })
  await job.parts.mailer.send(
    {
      id: idOf(job.companyId, userId, String(job.payload.upTo)),
      to: { name: user.name, address: user.email },
      subject: `Unread messages at ${company.name}`,
      text: [
        `${user.name}, these conversations at ${company.name} have messages you have not read:`,
        '',
        ...lines,
        '',
        `To get no more of these e-mails: ${url}`,
        '',
      ].join('\n'),
      unsubscribeUrl: url,
    },
    job.signal,
  )
}

/** Undefined once the person is no active member any more. */
async function contextOf(job: Job, userId: string): Promise<Context | undefined> {
  try {
    return await job.contextOf(userId)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'FORBIDDEN') return undefined
    throw error
  }
}

async function linesOf(context: Context): Promise<string[]> {
  const { edges } = await inboxList(context, { first: 100 }, { unreadOnly: true })
  const wanted: ConversationRow[] = []
  for (const { node } of edges) if (await isWanted(context, node)) wanted.push(node)
  const named = await Promise.all(
    wanted.slice(0, MOST_NAMED).map(async (conversation) => {
      const title = (await conversationTitle(context, conversation)).replace(/\s+/g, ' ')
      return `- ${title}: ${conversation.unreadCount}`
    }),
  )
  const more = wanted.length - named.length
  return more > 0 ? [...named, `- and ${more} more`] : named
}

/** As app.queue_digests decides for a single message. */
async function isWanted(
  context: Context,
  { id, kind, isMuted, hasUnreadMention }: ConversationRow,
): Promise<boolean> {
  if (hasUnreadMention) return true
  if (isMuted || kind === 'GLOBAL') return false
  if (kind !== 'BROADCAST') return true
  const broadcast = await context.loaders.broadcast.load(id)
  return broadcast?.emailOffline === true && !broadcast.isRead
}

/** The same for each attempt, as a UUID of version 8 (RFC 9562). */
function idOf(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
