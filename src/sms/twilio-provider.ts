import type { Twilio } from 'twilio'
import type { TwilioSettings } from '../env/sms.ts'
import { StartupProblem } from '../startup-problem.ts'
import { encodeDelivery } from './delivery-token.ts'
import type { Sms, SmsOutcome, SmsProvider } from './provider.ts'

/** Longer than Twilio takes. A message that is not answered by then may have been accepted. */
const TIMEOUT_MS = 8_000
/** The connection was not made, so nothing was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
/** Twilio's codes for what may be tried again: throttled, queue full, the account cannot be used just now. */
const LATER = new Set(['20429', '21611', '30022', '20003', '20005', '30034'])

interface TwilioError {
  status?: number
  code?: number | string
}

/** Creates the provider that sends by Twilio's official SDK. The SDK is loaded with the first message. */
export function createTwilioProvider(settings: TwilioSettings, publicUrl: string): SmsProvider {
  let opened: Promise<Twilio> | undefined
  function client(): Promise<Twilio> {
    opened ??= open(settings)
    return opened
  }
  return {
    name: 'twilio',
    defaultFrom: settings.from,
    async send(sms) {
      try {
        const { sid } = await (await client()).messages.create(requestOf(sms, publicUrl))
        return { kind: 'ACCEPTED', sid }
      } catch (error) {
        return outcomeOf(error as TwilioError)
      }
    },
    async check() {
      try {
        await (await client()).api.v2010.accounts(settings.accountSid).fetch()
        return 'Twilio answers'
      } catch (error) {
        const { code, status } = error as TwilioError
        throw new StartupProblem(
          `Twilio does not accept the account (${[code, status].filter(Boolean).join(', ') || 'no answer'}): check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.`,
        )
      }
    },
  }
}

async function open({ accountSid, authToken, apiUrl }: TwilioSettings): Promise<Twilio> {
  // The package is CommonJS, whose only export that Node is sure to see is the default one.
  const { default: twilio } = await import('twilio')
  const http = new twilio.RequestClient({ timeout: TIMEOUT_MS, autoRetry: false })
  if (apiUrl !== undefined) {
    const request = http.request.bind(http)
    http.request = (options) =>
      request({ ...options, uri: options.uri.replace(/^https:\/\/api\.twilio\.com/, apiUrl) })
  }
  return twilio(accountSid, authToken, { httpClient: http, autoRetry: false })
}

function requestOf({ delivery, from, to, body }: Sms, publicUrl: string) {
  const statusCallback = delivery && `${publicUrl}/webhooks/twilio/status/${encodeDelivery(delivery)}`
  return { from, to, body, ...(statusCallback && { statusCallback }) }
}

/** A client error is an answer: nothing was accepted. Anything else than an answer may have been. */
function outcomeOf({ status, code }: TwilioError): SmsOutcome {
  const name = String(code ?? status ?? 'unknown')
  if (status === undefined || status >= 500) {
    return NEVER_SENT.has(name) ? { kind: 'LATER', code: name } : { kind: 'UNKNOWN', code: name }
  }
  return status === 429 || status === 401 || LATER.has(name)
    ? { kind: 'LATER', code: name }
    : { kind: 'REFUSED', code: name }
}
