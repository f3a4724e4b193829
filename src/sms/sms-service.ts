import type { SmsEnvironment } from '../env/sms.ts'
import type { SmsProvider } from './provider.ts'
import type { SmsSettingsRow } from './sms-settings.ts'

/** SMS as the process is configured for them. */
export interface SmsService {
  provider: SmsProvider
  settings: SmsEnvironment
}

/** The sender of a message: its own, or the company's, or the configured one, or the provider's. Null if there is none. */
export function senderOf(
  { provider, settings }: SmsService,
  company: Pick<SmsSettingsRow, 'fromNumber'>,
  given: string | null,
): string | null {
  return given ?? company.fromNumber ?? settings.from ?? provider.defaultFrom ?? null
}

/** True if this server answers STOP, START and HELP, and not the provider. Without a setting that depends on the provider. */
export function answersKeywords(
  { provider }: SmsService,
  { keywordReplies }: Pick<SmsSettingsRow, 'keywordReplies'>,
): boolean {
  return (keywordReplies ?? (provider.name === 'twilio' ? 'PROVIDER' : 'COLLOQUY')) === 'COLLOQUY'
}
