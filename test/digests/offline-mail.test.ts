import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import type { TestApp } from '../support/app.ts'
import { failWrites } from '../support/failing-writes.ts'
import { Digesting } from './digesting.ts'

let digesting: Digesting
let app: TestApp
let acme: Awaited<ReturnType<Digesting['company']>>
beforeAll(async () => {
  digesting = await Digesting.start()
  app = digesting.app
})
afterAll(() => digesting[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await digesting.company()
})

const digest = () => digesting.digest()
const mailTo = (person: { externalId: string }) => digesting.mailTo(person)

describe('an e-mail to somebody offline', () => {
  it('is one e-mail about all unread messages, with names and numbers and without texts', async () => {
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
    expect(digesting.mail.taken).toHaveLength(2)
  })

  it('waits for the delay of the company', async () => {
    const { alice, bob } = acme
    await alice.mutate('updateCompanySettings', { emailDelayMinutes: 10 })
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    expect(digesting.mail.taken).toEqual([])
    await alice.mutate('updateCompanySettings', { emailDelayMinutes: 0 })
    await digest()
    expect(mailTo(bob)).toHaveLength(1)
  })

  it('is not sent for messages that were read, muted or not wanted, nor to people who are online', async () => {
    const { alice, bob, carol, sara } = acme
    const groupId = await alice.group('Plans', [bob, carol, sara])
    await bob.mutate('muteConversation', { conversationId: groupId })
    await carol.run('mutation { updatePreferences(input: { emailWhenOffline: false }) { __typename } }')
    await alice.say({ conversationId: groupId }, 'hello')
    await sara.mutate('markRead', { conversationId: groupId })
    await digest()
    expect(digesting.mail.taken).toEqual([])
    await alice.say({ conversationId: groupId }, 'you', { mentionIds: [bob.userId] })
    await sara.run('mutation { heartbeat(input: { status: ONLINE }) { __typename } }')
    await digest()
    expect(digesting.mail.taken.flatMap(({ to }) => to)).toEqual([bob.externalId])
  })

  it('waits for the end of do-not-disturb', async () => {
    const { alice, bob } = acme
    const disturb = (until: string | null) =>
      bob.mutate('updatePreferences', { doNotDisturbUntil: until }, 'preferences { doNotDisturbUntil }')
    await disturb(new Date(Date.now() + 3_600_000).toISOString())
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    await digest()
    expect(digesting.mail.taken).toEqual([])
    await disturb(null)
    await digest()
    expect(mailTo(bob)).toHaveLength(1)
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
    expect(digesting.mail.taken).toEqual([])
    await send('Loud', true)
    await digest()
    expect(mailTo(bob)).toHaveLength(1)
    expect(mailTo(bob)[0]?.body).toContain('- A broadcast by Sara Acme: 1')
    for (const written of ['Loud', 'Quiet', 'secret']) expect(mailTo(bob)[0]?.body).not.toContain(written)
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
    digesting.mail.refuseWith = { code: 451, text: 'later' }
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    expect(digesting.mail.taken).toEqual([])
    digesting.mail.refuseWith = undefined
    await withClient(app.database.adminUrl, (admin) =>
      admin.query('update graphile_worker._private_jobs set run_at = now()'),
    )
    await expect.poll(() => mailTo(bob).length, { timeout: 30_000 }).toBe(1)
  })
})
