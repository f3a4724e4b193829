import type { Values } from './variables.ts'

/** The sending of SMS. */
export interface SmsEnvironment {
  /** The number that is used where neither message nor company names one. */
  from: string | undefined
  /** The price of a segment, for estimates. */
  segmentPrice: { amount: number; currency: string } | undefined
  /** The texts of the answer to HELP where the company has set none. */
  help: Partial<
    Record<'business' | 'purpose' | 'phone' | 'email' | 'website' | 'disclaimer', string | undefined>
  >
  /** Undefined means files in the data directory. */
  twilio: TwilioSettings | undefined
}

/** The account at Twilio. */
export interface TwilioSettings {
  accountSid: string
  authToken: string
  from: string | undefined
  /** Another address of the API, such as one for tests. */
  apiUrl: string | undefined
}

/** The settings for SMS among the values of the environment. */
export function smsOf(values: Values): SmsEnvironment {
  const [amount, currency] = values.SMS_SEGMENT_PRICE?.split(' ') ?? []
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = values
  const isTwilio = values.SMS_PROVIDER === 'twilio' && accountSid && authToken
  return {
    from: values.SMS_FROM,
    segmentPrice: amount && currency ? { amount: Number(amount), currency } : undefined,
    help: {
      business: values.SMS_HELP_BUSINESS,
      purpose: values.SMS_HELP_PURPOSE,
      phone: values.SMS_HELP_PHONE,
      email: values.SMS_HELP_EMAIL,
      website: values.SMS_HELP_WEBSITE,
      disclaimer: values.SMS_HELP_DISCLAIMER,
    },
    twilio: isTwilio
      ? {
          accountSid,
          authToken,
          from: values.TWILIO_FROM,
          apiUrl: values.TWILIO_API_URL?.replace(/\/+$/, ''),
        }
      : undefined,
  }
}
