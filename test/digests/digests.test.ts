import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { queueDigests } from '../../src/digests/queue-digests.ts'
import type { TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { enqueueAs } from '../support/jobs.ts'
import { onDatabase } from '../support/on-database.ts'
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
    expect(digesting.mail.taken).toEqual([])
    await age(20)
    await digest()
    expect(digesting.mail.taken).toEqual([])
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
    expect(digesting.mail.taken).toEqual([])
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
    expect(digesting.mail.taken).toEqual([])
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
    expect(digesting.mail.taken.flatMap(({ to }) => to)).toEqual([bob.externalId])
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
      await digesting.untilDone()
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
