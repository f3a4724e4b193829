import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { createClock } from '../support/rate-limits.ts'
import { openSocket } from '../support/raw-socket.ts'

const clock = createClock()
let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp({ limiterClock: clock.read })
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' }, { limited: true })
})
afterAll(() => app[Symbol.asyncDispose]())

const send = (at: number, more = '') =>
  `m${at}: sendMessage(input: { recipientId: "${acme.bob.userId}", body: "number ${at}"${more} }) { __typename ... on SendMessagePayload { message { id } } }`
const sends = (count: number, more?: (at: number) => string) =>
  `mutation { ${Array.from({ length: count }, (_, at) => send(at, more?.(at))).join(' ')} }`

async function stored(): Promise<number> {
  const { prisma } = app.application.services.database.forSystem(acme.companyUuid)
  return prisma.message.count({ where: { companyId: acme.companyUuid } })
}

describe('several sends in one operation', () => {
  it('are refused as a whole, before anything is sent, where no time would let them through', async () => {
    const refused = {
      errors: [{ message: expect.stringContaining('12 times'), extensions: { code: 'BAD_USER_INPUT' } }],
    }
    expect(await acme.alice.send(sends(12))).toMatchObject(refused)
    const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
    expect((await ask(sends(12))).payload).toMatchObject(refused)
    socket.close()
    const oneIsWrong = sends(11).replace(
      /\}$/,
      'bad: sendMessage(input: { conversationId: "nope", body: "" }) { __typename } }',
    )
    expect(await acme.alice.send(oneIsWrong)).toMatchObject(refused)
    expect(await stored()).toBe(0)
  })

  it('are all sent where the limit has room for them, and use it up', async () => {
    const { data, errors } = await acme.alice.send(sends(10))
    expect(errors).toBeUndefined()
    expect(Object.values(data)).toHaveLength(10)
    expect(await stored()).toBe(10)
    expect(await acme.alice.send(sends(1))).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED' } }],
    })
  })

  it('hear truly after which time all of them would be sent, and cost nothing until then', async () => {
    for (let at = 0; at < 6; at += 1) {
      await acme.alice.run(sends(1))
      clock.advance(1_000)
    }
    // Six at 0 to 5 s, so that eight have room when four of them are out of the window.
    expect(await acme.alice.send(sends(8))).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: 7_000 } }],
    })
    expect(await stored()).toBe(6)
    clock.advance(6_999)
    expect(await acme.alice.send(sends(8))).toMatchObject({ errors: [{ extensions: { retryAfterMs: 1 } }] })
    clock.advance(1)
    expect((await acme.alice.send(sends(8))).errors).toBeUndefined()
    expect(await stored()).toBe(14)
  })

  it('are not sent where another mutation of the operation is over its limit', async () => {
    await acme.alice.run(sends(10))
    const answer = await acme.alice.send(
      `mutation { createGroup(input: { title: "Never" }) { __typename } ${send(1)} }`,
    )
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
    const { prisma } = app.application.services.database.forSystem(acme.companyUuid)
    expect(await prisma.conversation.count()).toBe(1)
  })

  it('that were sent before are answered again, though the limit is used up', async () => {
    const keys = Array.from({ length: 10 }, () => newId())
    const keyed = sends(10, (at) => `, idempotencyKey: "${keys[at]}"`)
    const first = await acme.alice.run(keyed)
    const { data, errors } = await acme.alice.send(keyed)
    expect(errors).toBeUndefined()
    expect(data).toEqual(first)
    expect(await stored()).toBe(10)
  })

  it('that are skipped do not count', async () => {
    const skipped = Array.from({ length: 12 }, (_, at) =>
      send(at).replace(') {', ') @skip(if: true) {'),
    ).join(' ')
    await acme.alice.run(`mutation { ${skipped} ${send(20)} ${send(21)} }`)
    expect(await stored()).toBe(2)
    expect((await acme.alice.send(sends(8))).errors).toBeUndefined()
  })
})

describe('a document over a limit', () => {
  it.each([
    ['aliases', `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: viewer { permissions }`).join(' ')} }`],
    [
      'levels',
      `{ conversations { nodes { lastMessage ${'{ parent '.repeat(16)} { id } ${'}'.repeat(16)} } } }`,
    ],
    ['tokens', `{ viewer { ${'permissions '.repeat(3_000)} } }`],
  ])('hears of %s in words, not of a syntax error', async (what, query) => {
    const { errors } = await acme.alice.send(query)
    expect(errors).toHaveLength(1)
    expect(errors?.[0]?.message).toMatch(new RegExp(`^The document .* ${what}`))
  })
})
