import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { type AuditedCompany, auditedCompany, verified } from './audited-company.ts'

describe('refusals in the audit trail', () => {
  let app: TestApp
  let acme: AuditedCompany
  let groupId: string
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    const made = await auditedCompany(app)
    acme = made.acme
    groupId = made.groupId
  })

  const refusals = async () => {
    await app.application.services.audit.refusals.flush()
    const { auditEvents } = await acme.ann.run(
      `{ auditEvents(filter: { kinds: ["permission.denied", "sign_in.refused"] }) { nodes { kind actor { id } address requestId detail } } }`,
    )
    return auditEvents.nodes.reverse()
  }

  it('tell of the first at once, and of a flood by its number', async () => {
    for (let asked = 0; asked < 50; asked++) await acme.bob.send('{ moderationCases { nodes { id } } }')
    const found = await refusals()
    expect(found).toMatchObject([
      {
        kind: 'permission.denied',
        actor: { id: acme.bob.userId },
        address: '127.0.0.1',
        requestId: expect.any(String),
        detail: { reason: 'MESSAGE_MODERATE', field: 'moderationCases', count: 1 },
      },
      { kind: 'permission.denied', detail: { reason: 'MESSAGE_MODERATE', count: 49 } },
    ])
    expect((await verified(acme)).problems).toEqual([])
  })

  it('tell of mutations and subscriptions, whether a role or the database refused them', async () => {
    const { id } = await acme.ann.say({ conversationId: groupId }, 'Mine')
    await acme.bob.mutate('createRole', { name: 'Mine', permissions: [] }, 'role { id }')
    await acme.bob.mutate('retractMessage', { messageId: id }, 'message { id }')
    await acme.bob.mutate('editMessage', { messageId: id, body: 'x' }, 'message { id }')
    await using denied = acme.bob.subscribe('subscription { moderationEvents { __typename } }', {})
    await denied.rejection()
    expect((await refusals()).map(({ detail }: { detail: object }) => detail)).toMatchObject([
      { reason: 'MEMBER_MANAGE', field: 'createRole' },
      { reason: 'MESSAGE_MODERATE', field: 'retractMessage' },
      { reason: 'other', field: 'editMessage' },
      { reason: 'MESSAGE_MODERATE', count: 1 },
    ])
  })

  it('tell of the sign-in of a disabled member', async () => {
    await acme.ann.mutate('syncMembers', {
      members: [{ externalId: acme.cal.externalId, name: 'Cal', isEnabled: false }],
    })
    for (let tried = 0; tried < 2; tried++)
      await expect
        .poll(async () => (await acme.cal.send('{ viewer { user { id } } }')).errors?.[0]?.extensions?.code)
        .toBe('FORBIDDEN')
    expect(await refusals()).toContainEqual({
      kind: 'sign_in.refused',
      actor: { id: acme.cal.userId },
      address: '127.0.0.1',
      requestId: expect.any(String),
      detail: { reason: 'disabled', count: 1 },
    })
  })
})
