import { sendScheduledBroadcast } from './broadcasts/operations/send-scheduled-broadcast.ts'
import { sendDigest } from './digests/send-digest.ts'
import { exportMessages } from './exports/operations/export-messages.ts'
import type { Tasks } from './jobs/job.ts'
import { sendPush } from './push/operations/send-push.ts'
import { sendSms } from './sms/operations/send-sms.ts'

/** The tasks of the server. */
export const tasks: Tasks = {
  send_broadcast: sendScheduledBroadcast,
  send_digest: sendDigest,
  send_sms: sendSms,
  export_messages: exportMessages,
  send_push: sendPush,
}
