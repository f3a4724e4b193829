import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { InvalidInputError, PermissionDeniedError, RequestError } from '../../errors.ts'
import type { Job } from '../../jobs/job.ts'

const waiting = statement({
  name: 'waiting_broadcast',
  parameters: ['companyId', 'broadcastId'],
  row: rowsOf<{ authorId: string }>(),
  text: `select b.author_id as "authorId" from broadcasts b
    where b.company_id = :companyId and b.id = :broadcastId and b.status = 'SCHEDULED'`,
})

const sendWaiting = statement({
  name: 'send_scheduled_broadcast',
  parameters: ['companyId', 'authorId', 'broadcastId'],
  row: rowsOf<{ position: string | null }>(),
  text: 'select app.send_scheduled_broadcast(:companyId, :authorId, :broadcastId)::text as position',
})

const callOff = statement({
  name: 'call_off_broadcast',
  parameters: ['companyId', 'broadcastId'],
  text: `with cancelled as (
      update broadcasts set status = 'CANCELLED'
      where company_id = :companyId and id = :broadcastId and status = 'SCHEDULED' returning attachment_ids
    )
    select app.remove_files(attachment_ids) from cancelled`,
})

/**
 * Sends a broadcast at its scheduled time on behalf of its author. The database checks under a lock that it is still
 * scheduled, so that two schedulers or a job that runs twice send it once. It delays the broadcast while the company
 * has reached its broadcasts per hour. It cancels the broadcast if the author may no longer send it, the company no
 * longer allows any, or no recipient is left.
 */
export async function sendScheduledBroadcast({
  companyId,
  payload,
  services,
  tenant,
  contextOf,
}: Job): Promise<void> {
  const { broadcastId } = payload
  const [found] = await tenant.query(waiting, { companyId, broadcastId })
  if (!found) return
  try {
    const author = await contextOf(found.authorId)
    const values = { companyId, authorId: found.authorId, broadcastId }
    const [sent] = await author.tenant.call(sendWaiting, values)
    if (sent?.position) services.live.notify(companyId, Number(sent.position))
  } catch (error) {
    if (!isForGood(error)) throw error
    services.log.warn({ broadcastId, reason: error.name }, 'a scheduled broadcast was cancelled')
    await tenant.query(callOff, { companyId, broadcastId })
  }
}

function isForGood(error: unknown): error is Error {
  return (
    error instanceof PermissionDeniedError ||
    error instanceof InvalidInputError ||
    (error instanceof RequestError && error.code === 'FORBIDDEN')
  )
}
