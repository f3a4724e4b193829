import { join } from 'node:path'
import { createMailer, MailError } from '../../email/mailer.ts'
import type { Environment } from '../../env.ts'
import { StartupProblem } from '../../startup-problem.ts'
import type { Findings } from './findings.ts'

/** Checks that e-mail could be sent. */
export async function checkMail({ mail, dataDirectory }: Environment, findings: Findings): Promise<void> {
  await findings.check('e-mail', async () => {
    try {
      return await createMailer(mail, join(dataDirectory, 'mail')).check()
    } catch (error) {
      if (!(error instanceof MailError)) throw error
      throw new StartupProblem(`${error.message} Correct SMTP_URL, or set it to disk.`)
    }
  })
}
