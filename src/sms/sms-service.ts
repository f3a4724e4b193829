import type { DeploymentKey } from '../encryption/deployment-key.ts'
import type { SmsEnvironment } from '../env/sms.ts'
import type { SmsProvider } from './provider.ts'
import type { SmsSettingsRow } from './sms-settings.ts'

/** SMS as the process is configured for them. */
export interface SmsService {
  provider: SmsProvider
  settings: SmsEnvironment
  deploymentKey: DeploymentKey
}

/** The sender of a message: its own, or the company's, or the configured one, or the provider's. Null if there is none. */
export function senderOf(
  { provider, settings }: SmsService,
  company: Pick<SmsSettingsRow, 'fromNumber'>,
  given: string | null,
): string | null {
  return given ?? company.fromNumber ?? settings.from ?? provider.defaultFrom ?? null
}

/** The HMAC of a sender and a phone, by which routes and stops are found. */
export function contactHash({ deploymentKey }: SmsService, from: string, phone: string): Promise<Buffer> {
  return deploymentKey.hash('contact', `${from} ${phone}`)
}

/** True if this server answers STOP, START and HELP, and not the provider. Without a setting that depends on the provider. */
export function answersKeywords(
  { provider }: SmsService,
  { keywordReplies }: Pick<SmsSettingsRow, 'keywordReplies'>,
): boolean {
  return (keywordReplies ?? (provider.name === 'twilio' ? 'PROVIDER' : 'COLLOQUY')) === 'COLLOQUY'
}
