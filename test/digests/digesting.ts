import { expect } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { queueDigests } from '../../src/digests/queue-digests.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'

/** A server whose digests go to a mail server of the tests. */
export class Digesting implements AsyncDisposable {
  readonly mail: MailServer
  readonly app: TestApp

  private constructor(mail: MailServer, app: TestApp) {
    this.mail = mail
    this.app = app
  }

  /** Starts both. */
  static async start(): Promise<Digesting> {
    const mail = await startMailServer()
    const settings = { smtpUrl: mail.url, from: 'Colloquy <chat@example.test>', requireTls: false }
    return new Digesting(mail, await startApp({ tasks, environment: { mail: settings } }))
  }

  /** Makes a company whose digests wait for nothing, and forgets all mail. */
  async company() {
    this.mail.taken.length = 0
    this.mail.refuseWith = undefined
    const people = { alice: 'owner', bob: 'member', carol: 'member', sara: 'supervisor' } as const
    const acme = await this.app.company('Acme', people)
    await acme.alice.mutate('updateCompanySettings', { emailDelayMinutes: 0 })
    return acme
  }

  /** Lets the delay pass, and waits until the queue is empty. */
  async digest(): Promise<void> {
    await queueDigests(this.app.application.services)
    await this.untilDone()
  }

  /** Waits until no job is due. */
  async untilDone(): Promise<void> {
    const waiting = () =>
      withClient(this.app.database.adminUrl, async (admin) => {
        const { rows } = await admin.query<{ count: number }>(
          `select count(*)::int as count from graphile_worker._private_jobs where run_at <= now() and attempts < max_attempts`,
        )
        return rows[0]?.count
      })
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0)
  }

  /** The mail that a person got. */
  mailTo({ externalId }: { externalId: string }) {
    return this.mail.taken.filter(({ to }) => to.includes(externalId))
  }

  async [Symbol.asyncDispose]() {
    await this.app[Symbol.asyncDispose]()
    await this.mail[Symbol.asyncDispose]()
  }
}
