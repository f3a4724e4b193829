import { openAttachmentFiles } from '../attachments/attachment-files.ts'
import type { Services } from '../context.ts'
import { createMailer } from '../email/mailer.ts'
import { openExportFiles } from '../exports/export-files.ts'
import { createPushService, type PushService } from '../push/push-service.ts'
import { loadVapidKey, vapidKeyOf } from '../push/vapid-key.ts'
import { createSmsProvider } from '../sms/create-provider.ts'
import type { Opening } from './opening.ts'

/** The services through which something leaves the process: e-mail, SMS, push messages and files. */
export type Outlets = Pick<Services, 'mailer' | 'sms' | 'push' | 'exportFiles' | 'attachments' | 'publicUrl'>

/** Opens the ways out. The key of push messages lies in `keyDirectory` unless the operator gave one. */
export async function openOutlets(opening: Opening, keyDirectory: string): Promise<Outlets> {
  const { environment, dataDirectory } = opening
  const { mail, sms, publicUrl, exportDirectory, attachments } = environment
  return {
    mailer: createMailer(mail, dataDirectory.file('mail')),
    sms: { provider: createSmsProvider(sms, publicUrl, dataDirectory.file('sms')), settings: sms },
    push: await openPush(opening, keyDirectory),
    exportFiles: openExportFiles(exportDirectory ?? dataDirectory.file('exports')),
    attachments: await openAttachmentFiles(attachments, dataDirectory.file('files')),
    publicUrl,
  }
}

async function openPush(
  { environment, options }: Opening,
  keyDirectory: string,
): Promise<PushService | undefined> {
  const { push } = environment
  if (!push) return undefined
  const key = push.privateKey ? vapidKeyOf(push.privateKey) : await loadVapidKey(keyDirectory)
  return createPushService({ ...push, key, resolve: options.resolveName })
}
