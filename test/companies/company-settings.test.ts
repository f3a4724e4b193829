import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const ALL = `messagingEnabled safeMode sendLimits { max perSeconds } maxThreadDepth defaultGroupAccess editWindowMinutes
  retractWindowMinutes revisionsVisibleTo emailDelayMinutes broadcastsPerHour eventRetentionDays`
const DEFAULTS = {
  messagingEnabled: true,
  safeMode: false,
  sendLimits: null,
  maxThreadDepth: 8,
  defaultGroupAccess: 'OPEN',
  editWindowMinutes: null,
  retractWindowMinutes: null,
  revisionsVisibleTo: 'AUDITORS',
  emailDelayMinutes: 10,
  broadcastsPerHour: 10,
  eventRetentionDays: 30,
}

let app: TestApp
let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
})
beforeEach(async () => {
  const people = { alice: 'admin', sara: 'supervisor', audrey: 'auditor', bob: 'member' }
  acme = await app.company('Acme', people, { limited: true })
})
afterAll(() => app[Symbol.asyncDispose]())

async function update(by: Client, input: Data): Promise<Data> {
  const result = await by.mutate('updateCompanySettings', input, `company { name settings { ${ALL} } }`)
  return result.company?.settings ?? result
}
const settings = async (by: Client) =>
  (await by.run(`{ viewer { company { settings { ${ALL} } } } }`)).viewer.company.settings
const codeOf = async (by: Client, query: string, variables: Data = {}) =>
  (await by.send(query, variables)).errors?.[0]?.extensions?.code

describe('the settings of a company', () => {
  it('start with the defaults and change one by one; what is left out stays', async () => {
    const { alice, bob } = acme
    expect(await settings(bob)).toEqual(DEFAULTS)
    const changes = {
      sendLimits: [
        { max: 3, perSeconds: 60 },
        { max: 100, perSeconds: 3600 },
      ],
      maxThreadDepth: 2,
      defaultGroupAccess: 'PRIVATE',
      editWindowMinutes: 15,
      retractWindowMinutes: 0,
      revisionsVisibleTo: 'PARTICIPANTS',
      emailDelayMinutes: 0,
      broadcastsPerHour: 1000,
      eventRetentionDays: 365,
    }
    let expected: Data = DEFAULTS
    for (const [name, value] of Object.entries(changes)) {
      expected = { ...expected, [name]: value }
      expect(await update(alice, { [name]: value })).toEqual(expected)
    }
    expect(await update(alice, {})).toEqual(expected)
    expect(await settings(bob)).toEqual(expected)
  })

  it('take null to mean none where none means something, and nothing elsewhere', async () => {
    const { alice } = acme
    const changed = {
      sendLimits: [{ max: 1, perSeconds: 1 }],
      editWindowMinutes: 5,
      retractWindowMinutes: 5,
      maxThreadDepth: 3,
      defaultGroupAccess: 'CLOSED',
      revisionsVisibleTo: 'PARTICIPANTS',
      emailDelayMinutes: 1,
      broadcastsPerHour: 1,
      eventRetentionDays: 1,
    }
    const now = await update(alice, changed)
    expect(now).toEqual({ ...DEFAULTS, ...changed })
    const nulls = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, null]))
    expect(await update(alice, nulls)).toEqual({
      ...now,
      sendLimits: null,
      editWindowMinutes: null,
      retractWindowMinutes: null,
    })
  })

  it.each<[Data, string[], string]>([
    [{ maxThreadDepth: -1 }, ['maxThreadDepth'], 'Must be 0 to 64.'],
    [{ maxThreadDepth: 65 }, ['maxThreadDepth'], 'Must be 0 to 64.'],
    [{ editWindowMinutes: -1 }, ['editWindowMinutes'], 'Must be 0 to 5256000.'],
    [{ retractWindowMinutes: 5_256_001 }, ['retractWindowMinutes'], 'Must be 0 to 5256000.'],
    [{ emailDelayMinutes: 10_081 }, ['emailDelayMinutes'], 'Must be 0 to 10080.'],
    [{ broadcastsPerHour: 1_001 }, ['broadcastsPerHour'], 'Must be 0 to 1000.'],
    [{ eventRetentionDays: 0 }, ['eventRetentionDays'], 'Must be 1 to 365.'],
    [{ eventRetentionDays: 366 }, ['eventRetentionDays'], 'Must be 1 to 365.'],
    [{ sendLimits: [] }, ['sendLimits'], 'Give at least one window, or null for those of the schema.'],
    [{ sendLimits: Array(5).fill({ max: 1, perSeconds: 1 }) }, ['sendLimits'], 'At most 4 windows are kept.'],
    [{ sendLimits: [{ max: 0, perSeconds: 1 }] }, ['sendLimits', '0', 'max'], 'Must be 1 to 1000000.'],
    [
      { sendLimits: [{ max: 1, perSeconds: 86_401 }] },
      ['sendLimits', '0', 'perSeconds'],
      'Must be 1 to 86400.',
    ],
  ])('refuse %j and stay as they are', async (input, path, detail) => {
    const { alice } = acme
    const refused = { __typename: 'InvalidInputError', issues: [{ path, detail }] }
    expect(await update(alice, { ...input, defaultGroupAccess: 'CLOSED' })).toMatchObject(refused)
    expect(await settings(alice)).toEqual(DEFAULTS)
  })

  it('answer malformed values with BAD_USER_INPUT', async () => {
    const query =
      'mutation ($input: UpdateCompanySettingsInput!) { updateCompanySettings(input: $input) { __typename } }'
    const bad = [
      { defaultGroupAccess: 'SECRET' },
      { safeMode: 'yes' },
      { maxThreadDepth: 1.5 },
      { unknown: 1 },
    ]
    for (const input of bad)
      expect([input, await codeOf(acme.alice, query, { input })]).toEqual([input, 'BAD_USER_INPUT'])
    expect(await settings(acme.alice)).toEqual(DEFAULTS)
  })

  it('need COMPANY_MANAGE, and are one company alone', async () => {
    const { sara, audrey, bob } = acme
    for (const person of [sara, audrey, bob]) {
      expect(await update(person, { maxThreadDepth: 1 })).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'COMPANY_MANAGE',
      })
    }
    const other = await app.company('Globex', { gina: 'owner' }, { limited: true })
    await update(other.gina, { maxThreadDepth: 1 })
    expect(await settings(bob)).toEqual(DEFAULTS)
  })

  it('hold for sending at once: limits and thread depth', async () => {
    const { alice, bob } = acme
    await update(alice, { sendLimits: [{ max: 2, perSeconds: 3600 }], maxThreadDepth: 1 })
    const first = await bob.say({ recipientId: alice.userId }, 'one')
    const reply = await bob.say({ recipientId: alice.userId }, 'two', { parentId: first.id })
    const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }'
    const more = { input: { recipientId: alice.userId, body: 'three' } }
    expect(await codeOf(bob, send, more)).toBe('RATE_LIMITED')
    await update(alice, { sendLimits: [{ max: 3, perSeconds: 3600 }] })
    const deeper = { recipientId: alice.userId, body: 'too deep', parentId: reply.id }
    expect(await bob.mutate('sendMessage', deeper)).toMatchObject({ __typename: 'ThreadTooDeepError' })
    expect(await codeOf(bob, send, more)).toBeUndefined()
    expect(await codeOf(bob, send, more)).toBe('RATE_LIMITED')
  })
})

describe('a company', () => {
  const READS = [
    '{ conversations { nodes { id } } }',
    '{ users { nodes { id } } }',
    '{ roles { name } }',
    '{ groups { nodes { id } } }',
  ]
  const WRITE = 'mutation { createGroup(input: { title: "T" }) { __typename } }'
  const TICKET = 'mutation { createConnectionTicket(input: {}) { __typename } }'

  async function subscriptionCode(client: Client): Promise<string> {
    await using stream = client.subscribe('subscription { inboxEvents { __typename } }')
    await stream.until(({ error, answers }) => error ?? answers[0])
    return JSON.stringify([stream.error, stream.answers])
  }

  it('with messaging switched off answers MESSAGING_DISABLED to everything but viewer and its settings', async () => {
    const { alice, bob } = acme
    await update(alice, { messagingEnabled: false })
    for (const person of [alice, bob]) {
      for (const query of [...READS, WRITE, '{ viewer { company { name } } users { nodes { id } } }'])
        expect([query, await codeOf(person, query)]).toEqual([query, 'MESSAGING_DISABLED'])
      expect(await subscriptionCode(person)).toContain('MESSAGING_DISABLED')
      expect(await settings(person)).toMatchObject({ messagingEnabled: false })
    }
    const smuggled =
      'query { viewer { company { name } } ...Rest } fragment Rest on Query { users { nodes { id } } }'
    expect(await codeOf(bob, smuggled)).toBe('MESSAGING_DISABLED')
    expect(await update(alice, { messagingEnabled: true })).toMatchObject({ messagingEnabled: true })
    for (const query of [...READS, WRITE])
      expect([query, await codeOf(bob, query)]).toEqual([query, undefined])
  })

  it('in safe mode lets nobody write and moderators alone read', async () => {
    const { alice, sara, audrey, bob } = acme
    await update(alice, { safeMode: true })
    for (const person of [alice, sara, audrey, bob]) expect(await codeOf(person, WRITE)).toBe('READ_ONLY')
    for (const query of [...READS, TICKET]) {
      for (const moderator of [alice, sara])
        expect([query, await codeOf(moderator, query)]).toEqual([query, undefined])
      for (const other of [audrey, bob])
        expect([query, await codeOf(other, query)]).toEqual([query, 'READ_ONLY'])
    }
    expect(await subscriptionCode(bob)).toContain('READ_ONLY')
    expect(await settings(bob)).toMatchObject({ safeMode: true })
    expect(await update(bob, { safeMode: false })).toMatchObject({ __typename: 'PermissionDeniedError' })
    expect(await update(alice, { safeMode: false })).toMatchObject({ safeMode: false })
    expect(await codeOf(bob, WRITE)).toBeUndefined()
  })
})
