import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import { attempts, mint, useless } from './connection-tickets.ts'

const WHO = '{ viewer { user { id } company { id } } }'
const noMembership = { code: 4403, reason: 'You have no active membership in this company.' }

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let globex: TestCompany<'gina'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  globex = await app.company('Globex', { gina: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function asOwner<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  let rows: Row[] = []
  await withClient(app.database.adminUrl, async (admin) => {
    rows = (await admin.query<Row>(sql, values)).rows
  })
  return rows
}

function hashOf(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}

function enable(member: Client, isEnabled: boolean) {
  const row = { externalId: member.externalId, name: 'Bob Acme', isEnabled }
  return acme.alice.mutate('syncMembers', { members: [row] })
}

describe('a connection ticket', () => {
  it('opens one WebSocket as the person it was made for, in that company', async () => {
    for (const [client, company] of [
      [acme.bob, acme],
      [globex.gina, globex],
    ] as const) {
      const { ask, socket } = await openSocket(app.url, { ticket: (await mint(client)).ticket })
      expect((await ask(WHO)).payload.data).toEqual({
        viewer: { user: { id: client.userId }, company: { id: company.companyId } },
      })
      socket.close()
    }
  })

  it('comes with the viewer of the request', async () => {
    const fields = 'viewer { user { id } company { id } inboxCursor unread { total } }'
    const { viewer } = await acme.bob.mutate('createConnectionTicket', {}, `ticket ${fields}`)
    expect(viewer).toEqual({
      user: { id: acme.bob.userId },
      company: { id: acme.companyId },
      inboxCursor: expect.any(String),
      unread: { total: 0 },
    })
  })

  it('holds for 60 seconds, and never longer than the access token', async () => {
    const before = Date.now()
    const { expiresAt } = await mint(acme.bob)
    const life = Date.parse(expiresAt) - before
    expect(life).toBeGreaterThanOrEqual(60_000)
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    const subject = acme.bob.externalId
    const token = await app.issuer.mint({ subject, companyId: acme.companyUuid, expiresInSeconds: 30 })
    const [, payload = ''] = token.split('.')
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const short = await mint(acme.bob.at(app.url, token))
    expect(Date.parse(short.expiresAt)).toBe(exp * 1000)
  })

  it('is used up by connecting', async () => {
    const { ticket } = await mint(acme.bob)
    const { socket } = await openSocket(app.url, { ticket })
    expect(await refusedSocket(app.url, { ticket })).toEqual(useless)
    socket.close()
    expect(await refusedSocket(app.url, { ticket })).toEqual(useless)
  })

  it('lets one of fifty in that come at the same time to two nodes', async () => {
    await using other = await startApp({ beside: app })
    const { ticket } = await mint(acme.bob)
    const urls = Array.from({ length: 50 }, (_, index) => (index % 2 ? app.url : other.url))
    const outcomes = await attempts(urls, ticket)
    expect(outcomes.filter((outcome) => outcome === 'in')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome !== 'in')).toEqual(Array(49).fill(useless))
  })

  it('is useless once it has expired, or the access token behind it', async () => {
    const { ticket } = await mint(acme.bob)
    await asOwner(`update connection_tickets set expires_at = now() where ticket_hash = $1`, [hashOf(ticket)])
    expect(await refusedSocket(app.url, { ticket })).toEqual(useless)
    const late = await mint(acme.bob)
    await asOwner(`update connection_tickets set token_expires_at = now() where ticket_hash = $1`, [
      hashOf(late.ticket),
    ])
    expect(await refusedSocket(app.url, { ticket: late.ticket })).toEqual(useless)
  })

  it('is nothing that can be guessed or made up', async () => {
    const { ticket } = await mint(acme.bob)
    const guesses = ['', 'garbage', `${ticket}x`, ticket.toLowerCase(), hashOf(ticket).toString('hex'), '\0']
    for (const guess of guesses) expect(await refusedSocket(app.url, { ticket: guess })).toEqual(useless)
    expect(ticket).toMatch(/^[\w-]{43}$/)
    expect((await attempts([app.url], ticket))[0]).toBe('in')
  })

  it('is refused as FORBIDDEN once the member is disabled, at a node that has just seen the person too', async () => {
    await using other = await startApp({ beside: app })
    const tickets = [await mint(acme.bob), await mint(acme.bob), await mint(acme.bob)]
    const [first, second, third] = tickets.map(({ ticket }) => ticket)
    await acme.bob.at(other.url).run(WHO)
    await enable(acme.bob, false)
    expect(await refusedSocket(other.url, { ticket: first })).toEqual(noMembership)
    expect(await refusedSocket(app.url, { ticket: second })).toEqual(noMembership)
    await enable(acme.bob, true)
    expect((await attempts([app.url], third ?? ''))[0]).toBe('in')
  })

  it('makes no further tickets for other companies', async () => {
    const { ask, socket } = await openSocket(app.url, { ticket: (await mint(acme.bob)).ticket })
    const MINT = `mutation ($input: CreateConnectionTicketInput!) { createConnectionTicket(input: $input) { __typename } }`
    const { payload } = await ask(MINT, { variables: { input: { companyId: globex.companyId } } })
    expect(payload.data).toEqual({ createConnectionTicket: { __typename: 'PermissionDeniedError' } })
    socket.close()
  })

  it('closes its socket when the access token behind it expires', async () => {
    const subject = acme.bob.externalId
    const token = await app.issuer.mint({ subject, companyId: acme.companyUuid, expiresInSeconds: 8 })
    const { ticket } = await mint(acme.bob.at(app.url, token))
    const { closed } = await openSocket(app.url, { ticket })
    expect(await closed).toEqual({ code: 4401, reason: 'The access token has expired.' })
  })

  it('is nowhere but with its holder: the database has a hash, the log has nothing', async () => {
    const { ticket } = await mint(acme.bob)
    await refusedSocket(app.url, { ticket: 'another-ticket' })
    const rows = await asOwner<{ row: string; hash: Buffer }>(
      'select t::text as row, ticket_hash as hash from connection_tickets t',
    )
    expect(rows.filter(({ hash }) => hash.equals(hashOf(ticket)))).toHaveLength(1)
    const kept = rows.map(({ row }) => row).join('\n') + JSON.stringify(app.logged)
    expect(kept).not.toContain(ticket)
    expect(kept).not.toContain(Buffer.from(ticket).toString('hex'))
    expect(kept).not.toContain(Buffer.from(ticket, 'base64url').toString('hex'))
    expect(kept).not.toContain('another-ticket')
  })

  it('that nobody comes back with is swept away by later ones', async () => {
    await Promise.all(Array.from({ length: 15 }, () => mint(acme.bob)))
    await asOwner('update connection_tickets set expires_at = now()')
    const made = [await mint(globex.gina), await mint(acme.bob)]
    const rows = await asOwner<{ hash: Buffer }>('select ticket_hash as hash from connection_tickets')
    const kept = rows.map(({ hash }) => hash.toString('hex')).sort()
    expect(kept).toEqual(made.map(({ ticket }) => hashOf(ticket).toString('hex')).sort())
  })
})
