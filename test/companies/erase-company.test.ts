import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destroyCompany } from '../../src/companies/operations/destroy-company.ts'
import { withClient } from '../../src/database/roles.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { sharedApp } from '../support/shared-app.ts'

/** The tables of which the erasure changes rows that others change as well. */
const TABLES = [
  'conversations',
  'message_access',
  'legal_holds',
  'reactions',
  'idempotency_keys',
  'connection_tickets',
  'broadcasts',
  'guests',
  'guest_deliveries',
  'roles',
  'users',
  'sms_settings',
  'companies',
]

const REACT = 'mutation ($input: SetReactionInput!) { setReaction(input: $input) { __typename } }'
const SAY = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }'

describe('the erasure of a company', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob'>
  let messageId: string
  beforeAll(async () => {
    app = await sharedApp()
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
    const { ann, bob } = acme
    const sent = await ann.mutate(
      'sendMessage',
      {
        ...{ recipientId: bob.userId, body: 'Hello', idempotencyKey: 'once' },
        accessRules: [{ effect: 'DENY', attribute: 'department:none' }],
      },
      'message { id }',
    )
    messageId = sent.message.id
    await bob.mutate('setReaction', { messageId, emoji: '👍', on: true })
    await ann.mutate('createLegalHold', { name: 'Case 7', userId: bob.userId })
    await ann.mutate('createRole', { name: 'Reader', permissions: ['MESSAGE_READ'] })
    await ann.mutate('createConnectionTicket', {})
    const schedule = soon()
    await ann.mutate('sendBroadcast', { subject: 'Later', body: 'Later', audience: 'ALL', schedule })
    await ann.mutate('updateSmsSettings', { from: '+14155550100', monthlyCap: 100_000 })
    await ann.mutate('upsertGuests', {
      guests: [{ externalId: 'g', phone: '+14155550123', consent: 'SUBSCRIBED' }],
    })
    const { guests } = await ann.run('{ guests { nodes { id } } }')
    await ann.mutate('sendGuestMessage', { body: 'Later', guestIds: [guests.nodes[0].id], schedule })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it.each(TABLES)(
    'waits for whoever holds rows of %s without keeping the stream from them',
    async (table) => {
      const mine = table === 'companies' ? 'id' : 'company_id'
      const { companyUuid } = acme
      await withClient(app.database.adminUrl, (writer) =>
        withClient(app.database.adminUrl, async (eraser) => {
          await writer.query('begin')
          const locked = `select from public.${table} t where t.${mine} = $1 for update`
          expect((await writer.query(locked, [companyUuid])).rowCount).toBeGreaterThan(0)
          await eraser.query('begin')
          await eraser.query(`select set_config('app.company_id', $1, true)`, [companyUuid])
          const { rows } = await eraser.query('select pg_backend_pid() as pid')
          const erased = eraser.query('select app.erase_company()')
          await expect.poll(() => isWaiting(rows[0].pid)).toBe(true)
          const stream = 'select from company_streams s where s.company_id = $1 for no key update nowait'
          expect((await writer.query(stream, [companyUuid])).rowCount).toBe(1)
          await writer.query('rollback')
          await erased
          await eraser.query('rollback')
        }),
      )
    },
  )

  it('goes through beside people who write, and none of them waits in vain', async () => {
    const { ann, bob, companyUuid } = acme
    let isOver = false
    const codes = new Set<string>()
    const write = async (turn: number) => {
      for (let at = turn; !isOver; at += 1) {
        const { errors } = await (at % 2 === 0
          ? bob.send(REACT, { input: { messageId, emoji: '👍', on: at % 4 === 0 } })
          : ann.send(SAY, { input: { recipientId: bob.userId, body: `Hello ${turn} ${at}` } }))
        for (const { extensions } of errors ?? []) codes.add(String(extensions?.code))
      }
    }
    const writers = Array.from({ length: 8 }, (_, turn) => write(turn))
    const { services, keySource } = app.application
    await destroyCompany({ database: services.database, provider: keySource.provider }, companyUuid, {
      despiteHolds: true,
    }).finally(() => {
      isOver = true
    })
    await Promise.all(writers)
    // One that was undone for a deadlock is told UNAVAILABLE.
    expect([...codes].filter((code) => !['FORBIDDEN', 'RATE_LIMITED'].includes(code))).toEqual([])
    const [company] = await onDatabase<{ name: string }>(app, 'select name from companies where id = $1', [
      companyUuid,
    ])
    expect(company).toEqual({ name: 'Destroyed company' })
  })

  async function isWaiting(pid: number): Promise<boolean> {
    const [found] = await onDatabase<{ isWaiting: boolean }>(
      app,
      `select wait_event_type = 'Lock' as "isWaiting" from pg_stat_activity where pid = $1`,
      [pid],
    )
    return found?.isWaiting ?? false
  }
})

/** Tomorrow at noon. */
function soon() {
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  return { localTime: `${day}T12:00:00`, timeZone: 'UTC' }
}
