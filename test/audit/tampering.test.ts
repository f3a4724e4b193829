import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { type AuditedCompany, auditedCompany, tamper, verified } from './audited-company.ts'

describe('the audit trail', () => {
  let app: TestApp
  let acme: AuditedCompany
  let groupId: string
  /** The index of the first message, and the number of events. */
  let first: number
  let size: number
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    const made = await auditedCompany(app, 6)
    acme = made.acme
    groupId = made.groupId
    const whole = await verified(acme)
    expect(whole.problems).toEqual([])
    size = whole.size
    first = size - 6
  })

  const at = (index: number) => `company_id = '${acme.companyUuid}' and index = ${index}`
  const ofCompany = () => `company_id = '${acme.companyUuid}'`

  it('is whole after every act, and says how far it is sealed', async () => {
    await acme.bob.say({ conversationId: groupId }, 'One more')
    expect(await verified(acme)).toMatchObject({ size: size + 1, problems: [] })
  })

  it.each([
    ['kind', `kind = 'message.edited'`],
    ['person', 'actor_id = gen_random_uuid()'],
    ['object', 'object_id = gen_random_uuid()'],
    ['time', `at = at - interval '1 second'`],
    ['request', `request_id = 'another'`],
    ['origin', `origin_id = sha256('another')`],
    ['key', `key_hash = sha256('another')`],
    ['detail', `detail = '{"more": 1}'`],
  ])('tells which event was edited in its %s', async (_name, change) => {
    await tamper(app, `update audit_events set ${change} where ${at(first + 2)}`)
    expect((await verified(acme)).problems).toEqual([
      { index: first + 2, detail: expect.stringContaining('not what was sealed') },
    ])
  })

  it('tells which events were removed', async () => {
    await tamper(
      app,
      `delete from audit_events where ${ofCompany()} and index in (${first + 1}, ${first + 2})`,
    )
    expect((await verified(acme)).problems).toEqual([
      { index: first + 1, detail: `The events ${first + 1} to ${first + 2} are missing.` },
    ])
  })

  it('tells from where on an event was removed and those after it moved up', async () => {
    await tamper(
      app,
      `delete from audit_events where ${at(first + 1)};
       update audit_events set index = index - 1 where ${ofCompany()} and index > ${first + 1};
       update company_streams set audited = audited - 1 where ${ofCompany()}`,
    )
    expect((await verified(acme)).problems).toEqual([
      {
        index: first + 1,
        detail: expect.stringContaining(`${first + 1} to ${size - 2} are not what was sealed`),
      },
      { index: size - 1, detail: `The event ${size - 1} is missing.` },
    ])
  })

  it('tells which events have changed places', async () => {
    await tamper(
      app,
      `update audit_events set index = 1000000 where ${at(first + 1)};
       update audit_events set index = ${first + 1} where ${at(first + 4)};
       update audit_events set index = ${first + 4} where ${at(1_000_000)}`,
    )
    expect((await verified(acme)).problems.map(({ index }) => index)).toEqual([first + 1, first + 4])
  })

  it('tells where an event was inserted', async () => {
    await tamper(
      app,
      `update audit_events set index = index + 1000000 where ${ofCompany()} and index >= ${first + 3};
       update audit_events set index = index - 999999 where ${ofCompany()} and index > 1000000;
       insert into audit_events select company_id, ${first + 3}, kind, actor_id, object_id, conversation_id, at
         from audit_events where ${at(first)};
       update company_streams set audited = audited + 1 where ${ofCompany()}`,
    )
    expect((await verified(acme)).problems[0]).toEqual({
      index: first + 3,
      detail: expect.stringContaining(`${first + 3} to ${size - 1} are not what was sealed`),
    })
  })

  it('tells of an event beyond those that the company counts, and of one below the first', async () => {
    await tamper(
      app,
      `alter table audit_events drop constraint audit_events_index_check;
       insert into audit_events (company_id, index, kind, at) values
         ('${acme.companyUuid}', -1, 'message.created', now()), ('${acme.companyUuid}', ${size}, 'message.created', now())`,
    )
    const { problems } = await verified(acme)
    await tamper(
      app,
      `delete from audit_events where index < 0; alter table audit_events add constraint audit_events_index_check check (index >= 0)`,
    )
    expect(problems).toEqual([
      { index: -1, detail: 'The event -1 was inserted.' },
      { index: size, detail: `The company counts ${size} events, and there are ${size + 1}.` },
    ])
  })

  it('tells that its end was cut off, also with the checkpoints in the database', async () => {
    await tamper(
      app,
      `delete from audit_events where ${ofCompany()} and index >= ${first};
       delete from audit_checkpoints where ${ofCompany()};
       delete from audit_heads where ${ofCompany()};
       update company_streams set audited = ${first} where ${ofCompany()}`,
    )
    expect((await verified(acme)).problems).toEqual([
      { index: first, detail: expect.stringMatching(/beside the keys signs \d+ events: those from/) },
    ])
  })

  it('tells where the rows and all hashes in the database were made anew', async () => {
    await tamper(
      app,
      `update audit_events set kind = 'message.edited' where ${at(first)};
       delete from audit_checkpoints where ${ofCompany()};
       delete from audit_heads where ${ofCompany()}`,
    )
    expect((await verified(acme)).problems).toEqual([
      {
        index: 0,
        detail: expect.stringMatching(/^The events 0 to \d+ are not those that the note of .* signs\.$/),
      },
    ])
  })

  it('tells which checkpoint in the database is not signed with the key', async () => {
    await tamper(
      app,
      `update audit_checkpoints set note = replace(note, 'colloquy', 'calloquy') where ${ofCompany()}`,
    )
    expect((await verified(acme)).problems).toEqual([
      { index: 0, detail: expect.stringContaining('is not signed with the key') },
    ])
  })

  it('tells which note beside the keys is not signed with the key', async () => {
    const path = join(app.environment.dataDirectory, 'keys', `${acme.companyUuid}.audit-notes`)
    const { note } = await verified(acme)
    await appendFile(
      path,
      `${JSON.stringify({ at: 'now', note: note.replace(`\n${size}\n`, `\n${size + 1}\n`) })}\n`,
    )
    expect((await verified(acme)).problems).toEqual([
      { index: null, detail: 'The note of now beside the keys is not signed with the key.' },
    ])
  })

  it('is not sealed, and tells it, while the database is behind a note; a restore is told by the trail', async () => {
    const tables = ['audit_events', 'audit_checkpoints', 'audit_heads', 'company_streams', 'events']
    await onDatabase(
      app,
      tables
        .map((table) => `create table ${table}_backup as select * from ${table} where ${ofCompany()}`)
        .join(';'),
    )
    await acme.bob.say({ conversationId: groupId }, 'After the backup')
    const { size: signed } = await verified(acme)
    await tamper(
      app,
      tables
        .map(
          (table) =>
            `delete from ${table} where ${ofCompany()}; insert into ${table} select * from ${table}_backup; drop table ${table}_backup`,
        )
        .join(';'),
    )
    await acme.bob.say({ conversationId: groupId }, 'After the restore')
    const restored = await verified(acme)
    expect(restored.size).toBe(size)
    expect(restored.problems).toEqual([
      { index: size, detail: expect.stringMatching(/beside the keys signs/) },
    ])
    expect(signed).toBe(size + 1)
  })

  it('lets neither the serving nor the system role nor the owner change or remove an event', async () => {
    for (const url of [app.database.appUrl, app.database.systemUrl, app.database.ownerUrl]) {
      for (const sql of [
        `update audit_events set kind = 'a.b'`,
        'delete from audit_events',
        'truncate audit_events',
        `update audit_checkpoints set note = ''`,
        'delete from audit_checkpoints',
      ])
        await expect(withClient(url, (client) => client.query(sql))).rejects.toMatchObject({
          code: expect.stringMatching(/^(42501|23000)$/),
        })
    }
    expect((await verified(acme)).problems).toEqual([])
  })
})
