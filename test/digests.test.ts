import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../src/database/roles.ts'
import { tasks } from '../src/jobs/tasks.ts'
import { queueDigests } from '../src/notifications/queue-digests.ts'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import { failWrites } from './support/failing-writes.ts'
import { type MailServer, startMailServer } from './support/mail-server.ts'

let mail: MailServer
let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'sara'>
beforeAll(async () => {
  mail = await startMailServer()
  app = await startApp({
    tasks,
    environment: { mail: { smtpUrl: mail.url, from: 'Colloquy <chat@example.test>', requireTls: false } },
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})
beforeEach(async () => {
  mail.taken.length = 0
  mail.refuseWith = undefined
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', sara: 'supervisor' })
  await acme.alice.mutate('updateCompanySettings', { emailDelayMinutes: 0 })
})

/** Lets the delay pass, and waits until the queue is empty. */
async function digest(): Promise<void> {
  await queueDigests(app.application.parts)
  const waiting = () =>
    withClient(app.database.adminUrl, async (admin) => {
      const { rows } = await admin.query<{ count: number }>(
        `select count(*)::int as count from graphile_worker._private_jobs where run_at <= now() and attempts < max_attempts`,
      )
      return rows[0]?.count
    })
  await expect.poll(waiting, { timeout: 10_000 }).toBe(0)
}
const mailTo = ({ externalId }: { externalId: string }) =>
  mail.taken.filter(({ to }) => to.includes(externalId))

describe('an e-mail to somebody offline', () => {
  it('is one digest of what is unread, with names and numbers and nothing that was written', async () => {
    const { alice, bob, carol } = acme
    const groupId = await alice.group('Plans', [bob, carol])
    await alice.say({ recipientId: bob.userId }, 'a secret word')
    for (const body of ['one', 'two']) await alice.say({ conversationId: groupId }, `${body} secret`)
    await digest()
    expect(mailTo(bob)).toHaveLength(1)
    const [taken] = mailTo(bob)
    expect(taken?.headers).toContain('Subject: Unread messages at Acme')
    expect(taken?.headers).toMatch(/List-Unsubscribe: <http[^>]+\/unsubscribe\//)
    expect(taken?.body).toContain('- Plans: 2')
    expect(taken?.body).toContain('- Alice Acme: 1')
    expect(taken?.body).not.toContain('secret')
    expect(mailTo(carol)).toHaveLength(1)
    expect(mailTo(alice)).toEqual([])
    await digest()
    expect(mail.taken).toHaveLength(2)
  })

  it('waits for the delay of the company', async () => {
    const { alice, bob } = acme
    await alice.mutate('updateCompanySettings', { emailDelayMinutes: 10 })
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    expect(mail.taken).toEqual([])
    await alice.mutate('updateCompanySettings', { emailDelayMinutes: 0 })
    await digest()
    expect(mailTo(bob)).toHaveLength(1)
  })

  it('is not sent for what was read meanwhile, muted, or not wanted, nor to who is online', async () => {
    const { alice, bob, carol, sara } = acme
    const groupId = await alice.group('Plans', [bob, carol, sara])
    await bob.mutate('muteConversation', { conversationId: groupId })
    await carol.run('mutation { updatePreferences(input: { emailWhenOffline: false }) { __typename } }')
    await alice.say({ conversationId: groupId }, 'hello')
    await sara.mutate('markRead', { conversationId: groupId })
    await digest()
    expect(mail.taken).toEqual([])
    await alice.say({ conversationId: groupId }, 'you', { mentionIds: [bob.userId] })
    await sara.run('mutation { heartbeat(input: { status: ONLINE }) { __typename } }')
    await digest()
    expect(mail.taken.flatMap(({ to }) => to)).toEqual([bob.externalId])
  })

  it('is sent for a broadcast only if its sender asks for it', async () => {
    const { sara, bob } = acme
    const send = (subject: string, emailOffline: boolean) =>
      sara.mutate('sendBroadcast', {
        audience: 'USERS',
        userIds: [bob.userId],
        subject,
        body: 'secret',
        emailOffline,
      })
    await send('Quiet', false)
    await digest()
    expect(mail.taken).toEqual([])
    await send('Loud', true)
    await digest()
    expect(mailTo(bob)).toHaveLength(1)
    expect(mailTo(bob)[0]?.body).toContain('- Loud: 1')
    expect(mailTo(bob)[0]?.body).not.toContain('Quiet')
  })

  it('ends by its link without signing in', async () => {
    const { alice, bob } = acme
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    const path = /\/unsubscribe\/[\w-]+/.exec(mailTo(bob)[0]?.headers ?? '')?.[0]
    expect((await fetch(`${app.url}${path}`, { method: 'POST' })).status).toBe(200)
    const { viewer } = await bob.run('{ viewer { preferences { emailWhenOffline } } }')
    expect(viewer.preferences).toEqual({ emailWhenOffline: false })
  })

  it('comes though those of other companies cannot be queued', async () => {
    const globex = await app.company('Globex', { gina: 'owner', hank: 'member' })
    const initech = await app.company('Initech', { ivy: 'owner', jack: 'member' })
    for (const owner of [globex.gina, initech.ivy])
      await owner.mutate('updateCompanySettings', { emailDelayMinutes: 0 })
    {
      await using _failing = await failWrites(app, 'digest_marks', [globex.companyUuid])
      await acme.alice.say({ recipientId: acme.bob.userId }, 'hello')
      await globex.gina.say({ recipientId: globex.hank.userId }, 'hello')
      await initech.ivy.say({ recipientId: initech.jack.userId }, 'hello')
      await digest()
    }
    const sent = () => [acme.bob, globex.hank, initech.jack].map((person) => mailTo(person).length)
    expect(sent()).toEqual([1, 0, 1])
    await digest()
    expect(sent()).toEqual([1, 1, 1])
  })

  it('is tried again while the mail server refuses', async () => {
    const { alice, bob } = acme
    mail.refuseWith = { code: 451, text: 'later' }
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    expect(mail.taken).toEqual([])
    mail.refuseWith = undefined
    await withClient(app.database.adminUrl, (admin) =>
      admin.query('update graphile_worker._private_jobs set run_at = now()'),
    )
    await expect.poll(() => mailTo(bob).length, { timeout: 10_000 }).toBe(1)
  })
})
