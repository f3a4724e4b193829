import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCompany } from '../../src/companies/operations/create-company.ts'
import { createDemoData, lacksDemoData } from '../../src/seed/demo-data.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { Client } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'

let app: TestApp

beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app[Symbol.asyncDispose]())

async function readInbox(login: string) {
  const token = await app.issuer.mint({ subject: login })
  const { conversations } = await new Client(app.url, token, { userId: '', uuid: '', externalId: login }).run(
    '{ conversations(first: 50) { nodes { kind lastMessage { seq body } } } }',
  )
  return conversations.nodes
}

const complete = [
  { kind: 'GROUP', lastMessage: { seq: 2, body: 'Thanks, Carol. I will bring the contract.' } },
  { kind: 'DIRECT', lastMessage: { seq: 3, body: 'Perfect, thank you! 🎉' } },
]

describe('demo data', () => {
  test('are two companies in which everybody can sign in and something has been said', async () => {
    const { services } = app.application
    expect(await lacksDemoData(services)).toBe(true)
    await createDemoData(services)
    expect(await lacksDemoData(services)).toBe(false)
    expect(await readInbox('alice@acme.test')).toEqual(complete)
    expect(await query(app.database.adminUrl, 'select name from companies order by name')).toEqual([
      { name: 'Acme' },
      { name: 'Globex' },
    ])
    const people = await query<{ login: string; role: string }>(
      app.database.adminUrl,
      'select u.external_id as login, r.name as role from users u join roles r on r.id = u.role_id order by 1, 2',
    )
    expect(people.map(({ login, role }) => `${login} ${role}`)).toEqual([
      'adam@acme.test admin',
      'alice@acme.test owner',
      'audrey@acme.test auditor',
      'bob@acme.test member',
      'carol@acme.test member',
      'dave@acme.test member',
      'frank@both.test member',
      'frank@both.test member',
      'gina@globex.test owner',
      'grace@globex.test member',
      'greg@globex.test member',
      'sara@acme.test supervisor',
    ])
  })

  test.each([
    ['the second company', ''],
    [
      'the last message',
      `set session_replication_role = replica;
      delete from events e using messages m, conversations c
        where e.message_id = m.id and c.id = m.conversation_id and c.kind = 'GROUP' and m.seq = 2;
      delete from messages m using conversations c where c.id = m.conversation_id and c.kind = 'GROUP' and m.seq = 2;
      update conversations set last_seq = 1 where kind = 'GROUP';
      reset session_replication_role;`,
    ],
  ])('are completed when they were interrupted before %s', async (_missing, undo) => {
    const { services } = app.application
    await createDemoData(services)
    const globex = `(select id from companies where external_id = 'globex')`
    await query(
      app.database.adminUrl,
      `${undo} delete from users where company_id = ${globex}; delete from roles where company_id = ${globex};
      delete from company_streams where company_id = ${globex}; delete from companies where id = ${globex}`,
    )
    expect(await lacksDemoData(services)).toBe(true)
    await createDemoData(services)
    expect(await lacksDemoData(services)).toBe(false)
    expect(await readInbox('alice@acme.test')).toEqual(complete)
    expect(await readInbox('gina@globex.test')).toEqual([])
  })

  test('are not put beside a company of the operator', async () => {
    const { services } = app.application
    const owner = { externalId: 'boss', name: 'Boss', email: null, department: null, role: 'owner' }
    await createCompany(services.database, { name: 'Acme', externalId: 'acme', members: [owner] })
    expect(await lacksDemoData(services)).toBe(false)
  })
})
