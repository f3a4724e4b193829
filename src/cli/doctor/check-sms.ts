import { join } from 'node:path'
import type { Database } from '../../database/database.ts'
import type { Environment } from '../../env.ts'
import { createSmsProvider } from '../../sms/create-provider.ts'
import { pausedSenders } from '../../sms/operations/due-sms.ts'
import { StartupProblem } from '../../startup-problem.ts'
import type { Findings } from './findings.ts'

/** Checks that SMS could be sent, and that the provider can reach the webhooks. */
export async function checkSms(
  { sms, publicUrl, dataDirectory }: Environment,
  findings: Findings,
): Promise<void> {
  await findings.check('sms', () => createSmsProvider(sms, publicUrl, join(dataDirectory, 'sms')).check())
  if (!sms.twilio) return
  await findings.check('sms webhooks', async () => {
    if (!publicUrl.startsWith('https://')) {
      throw new StartupProblem('Twilio calls webhooks at PUBLIC_URL, which must use https:.')
    }
    return `set ${publicUrl}/webhooks/twilio/inbound as the webhook of each number at Twilio`
  })
}

/** Checks that the provider lets all numbers send. */
export async function checkSenders(database: Database, findings: Findings): Promise<void> {
  await findings.check('sms senders', async () => {
    const paused = await database.acrossCompanies(pausedSenders, {})
    if (paused.length === 0) return 'none is paused'
    const names = paused.map(({ number, code }) => `${number} (${code})`).join(', ')
    throw new StartupProblem(
      `The provider lets these numbers send no SMS: ${names}. Register them there, then run: cli sms resume <number>.`,
    )
  })
}
