import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditEventId } from '../../src/audit/event-id.ts'
import { withClient } from '../../src/database/roles.ts'
import { encodeId, newId } from '../../src/ids.ts'
import { schema } from '../../src/pipeline/schema.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { listingCases } from './listing-cases.ts'
import type { Ids, Own } from './naming-case.ts'
import { namingCases } from './naming-cases.ts'
import { tenantTables } from './tenancy-catalogue.ts'
import { firstAnswer, hiddenTraces, tracesOf, uuidOf } from './traces.ts'
import { type Furnished, twoCompanies } from './two-companies.ts'

describe('tenant isolation', () => {
  let app: TestApp
  let acme: Furnished
  let globex: Furnished
  let askers: Record<string, { client: Client; own: Own }>
  let idSets: Record<string, Ids>
  beforeAll(async () => {
    app = await startApp()
    const companies = await twoCompanies(app)
    acme = companies.acme
    globex = companies.globex
    const { admin, stranger } = acme.company
    askers = {
      'an admin': { client: admin, own: await ownGroup(admin, stranger) },
      'a member': { client: stranger, own: await ownGroup(stranger, admin) },
    }
    idSets = await collectIds()
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('has a case for every root field', () => {
    const cases = [...Object.keys(namingCases), ...Object.keys(listingCases)]
    const fields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
      (type) => Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
    )
    expect(fields.filter((field) => !cases.includes(field))).toEqual([])
    expect(cases.filter((field) => !fields.includes(field))).toEqual([])
  })

  it.each(Object.entries(namingCases))(
    '%s answers alike to unknown, foreign and hidden ids',
    async (_field, { document, probes }) => {
      const before = await fingerprints()
      for (const { client, own } of Object.values(askers)) {
        for (const { variables, answer } of probes) {
          const answers: Record<string, string> = {}
          for (const [kind, ids] of Object.entries(idSets)) {
            const text = await firstAnswer(client, document, variables(ids, own))
            answers[kind] = Object.values(ids).reduce((masked, id) => masked.replaceAll(id, '<id>'), text)
          }
          expect(answers['unknown ids']).toMatch(answer)
          for (const [kind, text] of Object.entries(answers)) expect(text, kind).toBe(answers['unknown ids'])
        }
      }
      expect(await fingerprints()).toEqual(before)
    },
  )

  it.each(Object.entries(listingCases))(
    '%s holds nothing of another company, nor anything hidden',
    async (field, { document, variables, isOversight }) => {
      const cursor = await cursorAt(globex.company.admin, document, field)
      const before = await fingerprints()
      for (const { client } of Object.values(askers)) {
        for (const values of variables(globex.secret, cursor)) {
          const text = await firstAnswer(client, document, values)
          expect(text).not.toContain('INTERNAL_SERVER_ERROR')
          const hidden = isOversight ? [] : hiddenTraces(acme)
          for (const trace of [...tracesOf(globex), ...hidden]) expect(text).not.toContain(trace)
        }
      }
      expect((await fingerprints()).globex).toEqual(before.globex)
    },
  )

  it('finds those traces where they belong', async () => {
    const { one } = globex.company
    for (const field of ['Query.conversations', 'Query.users'] as const) {
      const text = await firstAnswer(one, listingCases[field]?.document ?? '', {})
      expect(text).toContain(globex.secret)
    }
    const text = await firstAnswer(
      acme.company.other,
      listingCases['Query.conversations']?.document ?? '',
      {},
    )
    for (const trace of hiddenTraces(acme).slice(0, 4)) expect(text).toContain(trace)
  })

  it('returns an object of every type to its owner by the same query', async () => {
    const { one, companyId } = acme.company
    const { roles } = await one.run('{ roles { id } }')
    const ids = [acme.groupId, acme.groupMessageId, one.userId, roles[0].id, companyId, acme.broadcastId]
    const types = ['Conversation', 'Message', 'User', 'Role', 'Company', 'Broadcast']
    for (const [index, id] of ids.entries()) {
      const answer = await one.run(namingCases['Query.node']?.document ?? '', { id })
      expect(answer).toEqual({ node: { __typename: types[index], id } })
    }
    const { nodes } = await one.run(namingCases['Query.nodes']?.document ?? '', { ids })
    expect(nodes).toEqual(ids.map((id, index) => ({ __typename: types[index], id })))
  })

  it("refuses another company's stream cursor", async () => {
    const { document } = listingCases['Subscription.inboxEvents'] ?? { document: '' }
    const { viewer } = await globex.company.one.run('{ viewer { inboxCursor } }')
    const text = await firstAnswer(acme.company.one, document, { after: viewer.inboxCursor })
    expect(text).toContain('"code":"CURSOR_EXPIRED"')
  })

  it("synchronises a person with the external id of another company's member as its own member", async () => {
    const before = await fingerprints()
    const { externalId } = globex.company.one
    const members = [{ externalId, name: 'Somebody Else', isEnabled: false }]
    const synced = await acme.company.admin.mutate('syncMembers', { members }, 'created updated')
    expect(synced).toMatchObject({ created: 1, updated: 0 })
    expect((await fingerprints()).globex).toEqual(before.globex)
    expect((await globex.company.one.run('{ viewer { user { name } } }')).viewer.user.name).toContain(
      globex.secret,
    )
  })

  async function ownGroup(client: Client, colleague: Client): Promise<Own> {
    const groupId = await client.group('A group of my own', [colleague], { access: 'CLOSED' })
    return { groupId, messageId: (await client.say({ conversationId: groupId }, 'A word of my own')).id }
  }

  /** A case of moderation in the other company. */
  async function foreignCase(): Promise<string> {
    const { one, other, admin } = globex.company
    for (const by of [one, other])
      await by.mutate('reportMessage', { messageId: globex.groupMessageId, reason: 'OTHER' })
    const { moderationCases } = await admin.run('{ moderationCases { nodes { id } } }')
    return moderationCases.nodes[0].id
  }

  /** An export of the other company. */
  async function foreignExport(): Promise<string> {
    const [found] = await onDatabase<{ id: string }>(app, 'select id from exports where company_id = $1', [
      globex.company.companyUuid,
    ])
    return encodeId('Export', found?.id ?? '')
  }

  async function collectIds(): Promise<Record<string, Ids>> {
    const unknown = {
      conversation: encodeId('Conversation', newId()),
      message: encodeId('Message', newId()),
      user: encodeId('User', newId()),
      role: encodeId('Role', newId()),
      company: encodeId('Company', newId()),
      broadcast: encodeId('Broadcast', newId()),
      moderationCase: encodeId('ModerationCase', newId()),
      auditEvent: encodeId('AuditEvent', newId()),
      export: encodeId('Export', newId()),
      legalHold: encodeId('LegalHold', newId()),
      attachment: encodeId('Attachment', newId()),
      guest: encodeId('Guest', newId()),
      guestMessage: encodeId('GuestMessage', newId()),
      inbound: encodeId('InboundMessage', newId()),
    }
    const { roles } = await globex.company.admin.run('{ roles { id } }')
    const foreign = {
      user: globex.company.one.userId,
      role: roles[0].id,
      company: globex.company.companyId,
      broadcast: globex.broadcastId,
      moderationCase: await foreignCase(),
      auditEvent: encodeId('AuditEvent', auditEventId(globex.company.companyUuid, 0)),
      export: await foreignExport(),
      legalHold: globex.legalHoldId,
      attachment: globex.attachmentId,
      guest: globex.guestId,
      guestMessage: globex.guestMessageId,
      inbound: encodeId('InboundMessage', newId()),
    }
    return {
      'unknown ids': unknown,
      "another company's group": {
        ...foreign,
        conversation: globex.groupId,
        message: globex.groupMessageId,
      },
      "another company's direct conversation": {
        ...foreign,
        conversation: globex.directId,
        message: globex.directMessageId,
      },
      'a private group of colleagues': {
        ...unknown,
        attachment: acme.attachmentId,
        conversation: acme.groupId,
        message: acme.groupMessageId,
      },
      "colleagues' direct conversation": {
        ...unknown,
        conversation: acme.directId,
        message: acme.directMessageId,
      },
    }
  }

  async function cursorAt(client: Client, document: string, field: string): Promise<string> {
    if (field === 'Subscription.inboxEvents') {
      return (await client.run('{ viewer { inboxCursor } }')).viewer.inboxCursor
    }
    if (!field.startsWith('Query.')) return ''
    const text = await firstAnswer(client, document, {})
    return /"endCursor":"([^"]+)"/.exec(text)?.[1] ?? ''
  }

  /** The contents of the other company and of the private conversations, as one hash each. */
  async function fingerprints(): Promise<{ globex: string; hidden: string }> {
    const tables = await tenantTables(app.database.ownerUrl)
    // Writes that the process still owes to earlier work are not those of the asker.
    await app.application.services.audit.refusals.flush()
    return withClient(app.database.adminUrl, async (admin) => {
      const hashes = { globex: createHash('sha256'), hidden: createHash('sha256') }
      for (const table of tables) {
        const key = table === 'companies' ? 'id' : 'company_id'
        const rows = `select coalesce(jsonb_agg(t order by t::text), '[]')::text as rows from ${table} t`
        const theirs = await admin.query(`${rows} where ${key} = $1`, [globex.company.companyUuid])
        hashes.globex.update(theirs.rows[0].rows)
        if (!['participants', 'messages', 'receipts', 'mentions'].includes(table)) continue
        const hidden = [acme.groupId, acme.directId].map(uuidOf)
        const theirsHere = await admin.query(`${rows} where conversation_id = any($1)`, [hidden])
        hashes.hidden.update(theirsHere.rows[0].rows)
      }
      return { globex: hashes.globex.digest('hex'), hidden: hashes.hidden.digest('hex') }
    })
  }
})
