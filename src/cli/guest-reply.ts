import { randomUUID } from 'node:crypto'
import { openApplication } from '../application.ts'
import { readPhone } from '../guests/phone-number.ts'
import { receiveSms } from '../sms/operations/receive-sms.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/**
 * Plays an incoming SMS of a guest, as a webhook would bring it, and prints the answer. Throws StartupProblem for numbers that
 * are none.
 */
export async function guestReply(
  phone: string,
  body: string,
  { to, json }: { to?: string; json?: boolean },
): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication(environment, log)
    try {
      const { services } = application
      const number = to ?? environment.sms.from ?? services.sms.provider.defaultFrom
      const [from, receivedOn] = [readPhone(phone), number && (readPhone(number) ?? number)]
      if (!from)
        throw new StartupProblem(`${phone} is not a phone number with its country, such as +14155550123.`)
      if (!receivedOn) throw new StartupProblem('Say with --to which number receives it.')
      const sid = `SM${randomUUID().replaceAll('-', '')}`
      const reply = await receiveSms(services, { sid, from, to: receivedOn, body })
      if (reply !== null && services.sms.provider.name === 'disk') {
        await services.sms.provider.send({ delivery: undefined, from: receivedOn, to: from, body: reply })
      }
      process.stdout.write(
        json
          ? `${JSON.stringify({ from, to: receivedOn, reply })}\n`
          : `${from} → ${receivedOn}: taken.\n${reply === null ? 'Nothing is answered.' : `Answer: ${reply}`}\n`,
      )
    } finally {
      await application.close()
    }
  })
}
