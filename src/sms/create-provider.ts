import type { SmsEnvironment } from '../env/sms.ts'
import { createDiskProvider } from './disk-provider.ts'
import type { SmsProvider } from './provider.ts'
import { createTwilioProvider } from './twilio-provider.ts'

/** Creates the configured provider: Twilio, or files in `folder`. */
export function createSmsProvider(
  { twilio }: SmsEnvironment,
  publicUrl: string,
  folder: string,
): SmsProvider {
  return twilio ? createTwilioProvider(twilio, publicUrl) : createDiskProvider(folder)
}
