import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import type { CommandResult } from '../support/colloquy.ts'
import { claims, identityOf } from '../support/identity.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import { makeKey, signToken, startTokenIssuer } from '../support/token-issuer.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const WHO = '{ viewer { user { externalId } } }'
const key = makeKey('ES256', 'key-1')

describe('the command member untie', () => {
  let cli: CommandLine
  let issuer: Awaited<ReturnType<typeof startTokenIssuer>>
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
  let company: string
  beforeAll(async () => {
    cli = await openCommandLine()
    issuer = await startTokenIssuer()
    issuer.publish(key)
    const identity = identityOf(issuer, { memberClaim: 'employee', companyClaim: 'company' })
    app = await startApp({ environment: { identity } })
    acme = await app.company('Acme', {
      alice: 'owner',
      bob: 'member',
      carol: 'member',
      dave: 'owner',
    })
    company = acme.companyUuid
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
    await cli[Symbol.asyncDispose]()
  })

  function untie(...args: string[]): Promise<CommandResult> {
    const env = { ...cli.environmentOf(app.database), DATA_DIR: app.environment.dataDirectory }
    return cli.run(['member', 'untie', ...args], env)
  }

  function as(sub: string, member: Client): Client {
    return member.at(app.url, signToken(key, claims(issuer, sub, { employee: member.externalId, company })))
  }

  test('lets another login be tied, and ends what the old one has open', async () => {
    const thief = as('thief', acme.bob)
    const bob = as('bob', acme.bob)
    expect(await thief.run(WHO)).toEqual({ viewer: { user: { externalId: bob.externalId } } })
    expect((await bob.send(WHO)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    const { ticket } = await thief.mutate('createConnectionTicket', {}, 'ticket')
    const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${thief.token}` })

    const { code, out, err } = await untie('acme', bob.externalId, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      companyId: acme.companyId,
      externalId: bob.externalId,
      untied: true,
      issuer: issuer.name,
      subject: 'thief',
    })
    expect(err).toContain('a login was untied from a member')
    expect(err).toContain('"subject":"thief"')

    await expect
      .poll(async () => (await bob.send(WHO)).data, { timeout: 30_000 })
      .toMatchObject({
        viewer: { user: { externalId: bob.externalId } },
      })
    await expect
      .poll(async () => (await ask(WHO)).payload[0]?.extensions.code, { timeout: 30_000 })
      .toBe('UNAUTHENTICATED')
    socket.close()
    await expect
      .poll(async () => (await thief.send(WHO)).errors?.[0]?.extensions?.code, { timeout: 30_000 })
      .toBe('FORBIDDEN')
    expect(await refusedSocket(app.url, { ticket })).toMatchObject({ code: 4401 })
  })

  test('ends what the old login is subscribed to, though its member may read on', async () => {
    const { carol } = acme
    const dave = as('dave', acme.dave)
    const before = as('before', carol)
    expect(await before.run(WHO)).toMatchObject({ viewer: { user: { externalId: carol.externalId } } })
    const groupId = await dave.group('Team', [carol])
    const { say, frame, frames } = await openSocket(app.url, { authorization: `Bearer ${before.token}` })
    const query =
      'subscription { inboxEvents { __typename ... on ConversationActivity { message { body } } } }'
    say({ type: 'subscribe', id: 'inbox', payload: { query } })
    await expect
      .poll(
        async () => {
          await dave.say({ conversationId: groupId }, 'before')
          return frames.some(({ type }) => type === 'next')
        },
        { timeout: 20_000 },
      )
      .toBe(true)
    expect((await untie('acme', carol.externalId)).code).toBe(0)
    await as('after', carol).run(WHO)
    await dave.say({ conversationId: groupId }, 'after')
    await frame(({ type }) => type === 'complete')
    expect(frames.filter(({ payload }) => JSON.stringify(payload ?? '').includes('"after"'))).toEqual([])
  })

  test('says when there is nothing to untie, and what it does not find', async () => {
    expect(accepted(await untie(acme.companyId, acme.alice.externalId))).toBe(
      `No login was tied to ${acme.alice.externalId} of Acme.\n`,
    )
    expect(rejection(await untie('Initech', acme.alice.externalId))).toBe('There is no company Initech.')
    expect(rejection(await untie(company, 'nobody'))).toBe(
      'The company has no member with the external id nobody.',
    )
    expect(rejection(await untie('Acme'))).toBe("error: missing required argument 'external id'")
  })
})
