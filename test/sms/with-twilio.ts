import { readEnvironment } from '../../src/env.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { guestsWith, openAllDay } from './guest-kit.ts'
import { ACCOUNT, startTwilio, type TwilioEndpoint } from './twilio-endpoint.ts'

export const PUBLIC = 'https://chat.example.test'
export const FROM = '+14155552671'

/** A server that sends by an endpoint in the place of Twilio. */
export async function startWithTwilio(): Promise<{ app: TestApp; twilio: TwilioEndpoint } & AsyncDisposable> {
  const twilio = await startTwilio()
  const sms = {
    ...readEnvironment({}).sms,
    segmentPrice: { amount: 0.0079, currency: 'USD' },
    twilio: { ...ACCOUNT, from: FROM, apiUrl: twilio.url },
  }
  const app = await startApp({ tasks, environment: { sms, publicUrl: PUBLIC } })
  return {
    app,
    twilio,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await twilio[Symbol.asyncDispose]()
    },
  }
}

let next = 200

/** A company with a guest, who has a telephone number of their own. */
export async function companyWithGuest(app: TestApp) {
  const acme = await app.company('Acme', { alice: 'owner', sara: 'supervisor' })
  await openAllDay(acme.alice)
  next += 1
  const phone = `+1415555${next.toString().padStart(4, '0')}`
  const [guestId = ''] = await guestsWith(acme.sara, [phone])
  return { acme, phone, guestId }
}
