import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { queueDigests } from '../../src/digests/queue-digests.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { failWrites } from '../support/failing-writes.ts'
import { enqueueAs } from '../support/jobs.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { onDatabase } from '../support/on-database.ts'

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
  await queueDigests(app.application.services)
  await untilDone()
}

async function untilDone(): Promise<void> {
  const waiting = () =>
    withClient(app.database.adminUrl, async (admin) => {
      const { rows } = await admin.query<{ count: number }>(
        `select count(*)::int as count from graphile_worker._private_jobs where run_at <= now() and attempts < max_attempts`,
      )
      return rows[0]?.count
    })
  await expect.poll(waiting, { timeout: 30_000 }).toBe(0)
}
const mailTo = ({ externalId }: { externalId: string }) =>
  mail.taken.filter(({ to }) => to.includes(externalId))

/** Makes everything that was said so much older, as if the time had passed. */
const age = (seconds: number) =>
  onDatabase(
    app,
    `with aged as (
      update messages set created_at = created_at - make_interval(secs => $2) where company_id = $1
    ) update events set created_at = created_at - make_interval(secs => $2) where company_id = $1`,
    [acme.companyUuid, seconds],
  )
const countsTo = (person: { externalId: string }) =>
  mailTo(person).map(({ body }) => [...body.matchAll(/^- (.+)$/gm)].map(([, line]) => line))
const beat = (client: Client, status: string) =>
  client.run(`mutation { heartbeat(input: { status: ${status} }) { __typename } }`)

describe('a digest', () => {
  it('is one for a burst of messages, sent when the last of them is due', async () => {
    const { alice, bob } = acme
    await alice.mutate('updateCompanySettings', { emailDelayMinutes: 1 })
    for (const body of ['one', 'two', 'three']) {
      await alice.say({ recipientId: bob.userId }, body)
      await digest()
      await age(20)
    }
    await digest()
    expect(mail.taken).toEqual([])
    await age(20)
    await digest()
    expect(mail.taken).toEqual([])
    await age(21)
    for (let times = 0; times < 3; times += 1) {
      await digest()
      expect(countsTo(bob)).toEqual([['Alice Acme: 3']])
      await age(60)
    }
    await alice.say({ recipientId: bob.userId }, 'four')
    await age(50)
    await digest()
    expect(countsTo(bob)).toHaveLength(1)
    await age(11)
    await digest()
    expect(countsTo(bob)).toEqual([['Alice Acme: 3'], ['Alice Acme: 1']])
  })

  it('waits for one further delay at most, and counts due messages only', async () => {
    const { alice, bob } = acme
    await alice.mutate('updateCompanySettings', { emailDelayMinutes: 1 })
    for (let said = 0; said < 5; said += 1) {
      await alice.say({ recipientId: bob.userId }, 'more')
      await age(25)
      await digest()
    }
    expect(countsTo(bob)).toEqual([['Alice Acme: 3']])
    await age(60)
    await digest()
    expect(countsTo(bob)).toEqual([['Alice Acme: 3'], ['Alice Acme: 2']])
  })

  it('comes to who was there when it came due and then went without reading', async () => {
    const { alice, bob } = acme
    await beat(bob, 'AWAY')
    await alice.say({ recipientId: bob.userId }, 'hello')
    for (let times = 0; times < 3; times += 1) await digest()
    expect(mail.taken).toEqual([])
    await beat(bob, 'OFFLINE')
    await digest()
    await digest()
    expect(countsTo(bob)).toEqual([['Alice Acme: 1']])
  })

  it('does not come to who has read before going', async () => {
    const { alice, bob } = acme
    await beat(bob, 'ONLINE')
    const groupId = await alice.group('Plans', [bob])
    await alice.say({ conversationId: groupId }, 'hello')
    await digest()
    await bob.mutate('markRead', { conversationId: groupId })
    await beat(bob, 'OFFLINE')
    await digest()
    expect(mail.taken).toEqual([])
    expect(
      await onDatabase(app, 'select from pending_digests where company_id = $1', [acme.companyUuid]),
    ).toEqual([])
  })

  it('does not report a message twice, though the person was online and has not read it', async () => {
    const { alice, bob, carol } = acme
    const groupId = await alice.group('Plans', [bob, carol])
    await alice.say({ conversationId: groupId }, 'one')
    await digest()
    await beat(bob, 'ONLINE')
    await beat(bob, 'OFFLINE')
    await digest()
    await carol.say({ recipientId: bob.userId }, 'two')
    await digest()
    await alice.say({ conversationId: groupId }, 'three')
    await digest()
    expect(countsTo(bob)).toEqual([['Plans: 1'], ['Carol Acme: 1'], ['Plans: 1']])
  })

  it('counts what mentions the person alone where that mutes or everybody talks', async () => {
    const { alice, bob } = acme
    const { conversation } = await alice.mutate(
      'createGlobalConversation',
      { title: 'All', repliesAllowed: true },
      'conversation { id }',
    )
    for (const mentionIds of [[], [bob.userId], [], [bob.userId]])
      await alice.say({ conversationId: conversation.id }, 'hello', { mentionIds })
    await digest()
    expect(mail.taken.flatMap(({ to }) => to)).toEqual([bob.externalId])
    expect(countsTo(bob)).toEqual([['All: 2']])
  })

  it('is one, whichever and however many processes look for it', async () => {
    const { alice, bob, carol } = acme
    const groupId = await alice.group('Plans', [bob, carol])
    await alice.say({ conversationId: groupId }, 'one')
    for (let times = 0; times < 3; times += 1) {
      await Promise.all(Array.from({ length: 4 }, () => queueDigests(app.application.services)))
      await digest()
    }
    for (const person of [bob, carol]) expect(countsTo(person)).toEqual([['Plans: 1']])
  })

  it('is sent once, though its job runs twice', async () => {
    const { alice, bob } = acme
    await beat(bob, 'ONLINE')
    await alice.say({ recipientId: bob.userId }, 'one')
    await digest()
    await onDatabase(app, `update pending_digests set queued_at = to_timestamp(1.5) where company_id = $1`, [
      acme.companyUuid,
    ])
    await beat(bob, 'OFFLINE')
    for (let times = 0; times < 2; times += 1) {
      await enqueueAs(app, acme, { task: 'send_digest', payload: { userId: bob.uuid, queuedAt: 1_500 } })
      await untilDone()
    }
    expect(countsTo(bob)).toEqual([['Alice Acme: 1']])
  })

  it('comes again for a broadcast that its sender reminds of', async () => {
    const { sara, bob } = acme
    const { broadcast } = await sara.mutate(
      'sendBroadcast',
      { audience: 'USERS', userIds: [bob.userId], subject: 'Loud', body: 'secret', emailOffline: true },
      'broadcast { id }',
    )
    await digest()
    await digest()
    expect(countsTo(bob)).toHaveLength(1)
    await sara.mutate('remindUnreadRecipients', { broadcastId: broadcast.id })
    await digest()
    expect(countsTo(bob)).toEqual(Array(2).fill(['A broadcast by Sara Acme: 1']))
  })

  it('keeps to its lines and their direction, whatever people and groups are called', async () => {
    const { alice, bob } = acme
    await onDatabase(
      app,
      `update users set name = $2, search_source = $2 || E'\\n' || email where company_id = $1 and id = $3`,
      [acme.companyUuid, 'Bob\r\n\r\n- Payroll: 9\u2028\u202Egnp.exe', bob.uuid],
    )
    const titles = ['\u202Efdp.exe', 'a\u2067b\u2069c\u061Cd', 'x\u200Ey\u200Fz\u202B', 'n\u2029o\u0085p']
    for (const title of titles) {
      const groupId = await alice.group('Plans', [bob])
      await onDatabase(app, 'update conversations set title = $2 where company_id = $1 and title = $3', [
        acme.companyUuid,
        title,
        'Plans',
      ])
      await alice.say({ conversationId: groupId }, 'one')
    }
    app.application.services.viewers.forget(acme.companyUuid)
    await digest()
    const [taken] = mailTo(bob)
    const text = `${taken?.headers}${taken?.body}`
    expect(text).not.toMatch(/[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\u0085]/)
    expect(countsTo(bob)[0]?.toSorted()).toEqual(['abcd: 1', 'fdp.exe: 1', 'n o p: 1', 'xyz: 1'])
    expect(taken?.body).toMatch(/^Bob - Payroll: 9 gnp\.exe, these conversations at Acme have/m)
  })
})

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

  it('is not sent for messages that were read, muted or not wanted, nor to people who are online', async () => {
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

  it('waits for the end of do-not-disturb', async () => {
    const { alice, bob } = acme
    const disturb = (until: string | null) =>
      bob.mutate('updatePreferences', { doNotDisturbUntil: until }, 'preferences { doNotDisturbUntil }')
    await disturb(new Date(Date.now() + 3_600_000).toISOString())
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    await digest()
    expect(mail.taken).toEqual([])
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
    expect(mail.taken).toEqual([])
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
    mail.refuseWith = { code: 451, text: 'later' }
    await alice.say({ recipientId: bob.userId }, 'hello')
    await digest()
    expect(mail.taken).toEqual([])
    mail.refuseWith = undefined
    await withClient(app.database.adminUrl, (admin) =>
      admin.query('update graphile_worker._private_jobs set run_at = now()'),
    )
    await expect.poll(() => mailTo(bob).length, { timeout: 30_000 }).toBe(1)
  })
})
