import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthenticationError } from '../../src/auth/authentication-error.ts'
import { assertUsableKeys } from '../../src/auth/check-issuer.ts'
import { KeysUnavailableError } from '../../src/auth/keys-unavailable-error.ts'
import { createTokenVerifier, type TokenVerifier } from '../../src/auth/verify-token.ts'
import { makeKey, signToken, startTokenIssuer } from '../support/token-issuer.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** A new key waits for two seconds, and a busy machine for some more. */
const SECONDS = { timeout: 20_000 }
const unknownKey = 'The access token is signed with a key that the issuer does not publish.'
const first = makeKey('ES256', 'key-1')
const second = makeKey('ES256', 'key-2')
const stranger = makeKey('ES256', 'key-3')

let nowMs: number
let logged: string[]
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>
let verifier: TokenVerifier
let tokens = 0

beforeEach(async () => {
  nowMs = Date.UTC(2030, 0, 1)
  logged = []
  issuer = await startTokenIssuer()
  issuer.publish(first)
  verifier = createTokenVerifier({
    issuer: issuer.name,
    audience: 'colloquy',
    algorithms: ['ES256'],
    clockSkewSeconds: 0,
    keys: { jwksUrl: issuer.jwksUrl },
    cacheSize: 100,
    logger: pino({ level: 'warn' }, { write: (line) => void logged.push(line) }),
    now: () => nowMs,
  })
})

afterEach(async () => {
  verifier.close()
  await issuer[Symbol.asyncDispose]()
})

describe('while the issuer answers', () => {
  it('its keys are fetched once, however many tokens arrive at first', async () => {
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(newToken(first))))
    expect(issuer.fetches()).toBe(1)
  })

  it('a token of a new key is accepted at once, with one more fetch', async () => {
    await verifier.verify(newToken(first))
    issuer.publish(second)
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(newToken(second))))
    expect(issuer.fetches()).toBe(2)
  })

  it('a first token of an invented key id costs no second fetch', async () => {
    expect(await outcome(newToken(makeInvented(0)))).toBe(unknownKey)
    expect(issuer.fetches()).toBe(1)
  })

  it('invented key ids cause one fetch in two seconds, which all of them wait for', async () => {
    await verifier.verify(newToken(first))
    const invented = () => Array.from({ length: 50 }, (_, n) => outcome(newToken(makeInvented(n))))
    expect(new Set(await Promise.all(invented()))).toEqual(new Set([unknownKey]))
    expect(issuer.fetches()).toBe(2)
    const startedAt = performance.now()
    expect(new Set(await Promise.all(invented()))).toEqual(new Set([unknownKey]))
    expect(performance.now() - startedAt).toBeGreaterThan(1_900)
    expect(issuer.fetches()).toBe(3)
    nowMs += 2_000
    await Promise.all(invented())
    expect(issuer.fetches()).toBe(4)
  })

  it(
    'a forged key id just before a rotation does not refuse the tokens of the new key',
    SECONDS,
    async () => {
      await verifier.verify(newToken(first))
      expect(await outcome(newToken(makeInvented(0)))).toBe(unknownKey)
      issuer.publish(second)
      const all = Array.from({ length: 20 }, (_, n) => outcome(newToken(n % 2 ? second : makeInvented(n))))
      const outcomes = await Promise.all(all)
      expect(outcomes.filter((_, n) => n % 2)).toEqual(Array(10).fill('accepted'))
      expect(issuer.fetches()).toBe(3)
    },
  )

  it('a token of a new key is accepted although a fetch was under way that does not have it', async () => {
    await verifier.verify(newToken(first))
    issuer.becomes('hangs', { asItIsNow: true })
    const forged = outcome(newToken(makeInvented(0)))
    await expect.poll(() => issuer.fetches()).toBe(2)
    issuer.publish(second)
    const rotated = outcome(newToken(second))
    issuer.becomes('answers')
    expect(await forged).toBe(unknownKey)
    expect(await rotated).toBe('accepted')
    expect(issuer.fetches()).toBe(3)
  })

  it('a stream of forgeries neither keeps the new key out nor asks more often', SECONDS, async () => {
    await verifier.verify(newToken(first))
    let goesOn = true
    const forging = Promise.all(
      Array.from({ length: 5 }, async (_, lane) => {
        for (let n = 0; goesOn; n += 1) await outcome(newToken(makeInvented(lane * 1_000 + n)))
      }),
    )
    await expect.poll(() => issuer.fetches()).toBe(2)
    issuer.publish(second)
    const before = issuer.fetches()
    expect(await outcome(newToken(second))).toBe('accepted')
    expect(issuer.fetches()).toBeLessThanOrEqual(before + 2)
    goesOn = false
    await forging
  })

  it('a forged algorithm causes no fetch at all', async () => {
    expect(await outcome(newToken({ ...first, alg: 'ES384' }))).toBe('The signing algorithm is not allowed.')
    expect(issuer.fetches()).toBe(0)
  })

  it('a withdrawn key is trusted for five minutes at most, also for remembered tokens', async () => {
    const known = newToken(first)
    await verifier.verify(known)
    issuer.withdrawAll()
    issuer.publish(second)
    nowMs += 5 * minuteMs
    expect(await outcome(known)).toBe(unknownKey)
    expect(await outcome(newToken(first))).toBe(unknownKey)
    expect(await outcome(newToken(second))).toBe('accepted')
  })

  it('a remembered token sets off the refresh that ends it', async () => {
    await verifier.verify(newToken(first))
    nowMs += 3 * minuteMs
    const known = newToken(first)
    await verifier.verify(known)
    issuer.withdrawAll()
    issuer.publish(second)
    nowMs += 2 * minuteMs
    expect(await outcome(known)).toBe('accepted')
    await expect.poll(() => outcome(known)).toBe(unknownKey)
  })

  it('a withdrawn key is forgotten as soon as any fetch shows it gone', async () => {
    const known = newToken(first)
    await verifier.verify(known)
    issuer.withdrawAll()
    issuer.publish(second)
    await verifier.verify(newToken(second))
    expect(await outcome(known)).toBe(unknownKey)
  })

  it('a key that is replaced under its own id no longer vouches for its tokens', async () => {
    const known = newToken(first)
    await verifier.verify(known)
    issuer.withdrawAll()
    issuer.publish(makeKey('ES256', first.kid))
    nowMs += 5 * minuteMs
    expect(await outcome(known)).toBe("The access token's signature does not match the issuer's keys.")
  })

  it('a token that runs out while the keys arrive is refused', async () => {
    issuer.becomes('hangs')
    const answer = outcome(newToken(first, {}, 1_000))
    await expect.poll(() => issuer.fetches()).toBe(1)
    nowMs += 1_000
    issuer.becomes('answers')
    expect(await answer).toBe('The access token has expired.')
  })

  it('keys without ids are tried one by one', async () => {
    issuer.withdrawAll()
    issuer.publish(first, { kid: undefined })
    issuer.publish(second, { kid: undefined })
    expect(await outcome(newToken(second, { kid: undefined }))).toBe('accepted')
    expect(await outcome(newToken(stranger, { kid: undefined }))).toBe(
      "The access token's signature does not match the issuer's keys.",
    )
  })
})

describe('while the issuer is down', () => {
  it('a first token is neither accepted nor refused, and the keys are asked for again two seconds later', async () => {
    await issuer.goesDown()
    expect(await unavailability(newToken(first))).toMatchObject({ retryAfterMs: 2_000 })
    nowMs += 1_500
    expect(await unavailability(newToken(first))).toMatchObject({ retryAfterMs: 500 })
    await issuer.comesBack()
    expect(await unavailability(newToken(first))).toMatchObject({ retryAfterMs: 500 })
    expect(issuer.fetches()).toBe(0)
    nowMs += 500
    expect(await outcome(newToken(first))).toBe('accepted')
  })

  it('tokens of known keys go on being accepted for an hour', async () => {
    await verifier.verify(newToken(first))
    await issuer.goesDown()
    nowMs += hourMs - 1
    expect(await outcome(newToken(first))).toBe('accepted')
    nowMs += 1
    expect(await outcome(newToken(first))).toBe('unavailable')
  })

  it('tokens of known keys do not wait for it over and over', async () => {
    await verifier.verify(newToken(first))
    issuer.becomes('fails')
    nowMs += 5 * minuteMs
    expect(await outcome(newToken(first))).toBe('accepted')
    issuer.becomes('hangs')
    nowMs += 2_000
    expect(await outcome(newToken(first))).toBe('accepted')
    await expect.poll(() => issuer.fetches()).toBe(3)
  })

  it('a token of an unknown key is not refused for good', async () => {
    await verifier.verify(newToken(first))
    await issuer.goesDown()
    expect(await unavailability(newToken(second))).toMatchObject({ retryAfterMs: 2_000 })
    expect(await outcome(newToken(first))).toBe('accepted')
    await issuer.comesBack()
    issuer.publish(second)
    nowMs += 10_000
    expect(await outcome(newToken(second))).toBe('accepted')
    expect(await outcome(newToken(makeInvented(0)))).toBe(unknownKey)
  })

  it('an answer without end is cut off, in bytes and in time', async () => {
    issuer.becomes('floods')
    expect(await outcome(newToken(first))).toBe('unavailable')
    await expect.poll(issuer.bytesSent).toBeGreaterThan(0)
    // Includes the bytes that the kernel accepts before the server reads them.
    expect(issuer.bytesSent()).toBeLessThan(16 * 1024 * 1024)
    issuer.becomes('trickles')
    nowMs += 2_000
    expect(await outcome(newToken(first))).toBe('unavailable')
    issuer.becomes('answers')
    nowMs += 2_000
    expect(await outcome(newToken(first))).toBe('accepted')
  })

  it('an answer without end does not hold up a start either', async () => {
    for (const mood of ['floods', 'trickles'] as const) {
      issuer.becomes(mood)
      await expect(assertUsableKeys(issuer.jwksUrl, ['ES256'])).rejects.toThrow(
        "The token issuer's keys cannot be fetched",
      )
    }
  })

  it('the operator is told, once per fetch and without the token', async () => {
    issuer.becomes('fails')
    const token = newToken(first)
    expect(await outcome(token)).toBe('unavailable')
    expect(await outcome(token)).toBe('unavailable')
    expect(issuer.fetches()).toBe(1)
    expect(logged).toHaveLength(1)
    expect(logged[0]).toContain('token issuer keys could not be fetched')
    expect(logged[0]).not.toContain(token)
  })

  it('closing ends a fetch that hangs, and no other is started', async () => {
    issuer.becomes('hangs')
    const answer = outcome(newToken(first))
    await expect.poll(() => issuer.fetches()).toBe(1)
    verifier.close()
    expect(await answer).toBe('unavailable')
    nowMs += hourMs
    expect(await outcome(newToken(first))).toBe('unavailable')
    expect(issuer.fetches()).toBe(1)
    expect(logged).toEqual([])
  })
})

function makeInvented(n: number) {
  return { ...stranger, kid: `invented-${n}` }
}

/** Every token differs, so that none is answered from memory. */
function newToken(key: typeof first, header: object = {}, lifeMs = 24 * hourMs): string {
  tokens += 1
  const exp = (nowMs + lifeMs) / 1000
  return signToken(key, { iss: issuer.name, aud: 'colloquy', sub: 'alice', exp, jti: `${tokens}` }, header)
}

async function outcome(token: string): Promise<string> {
  try {
    await verifier.verify(token)
    return 'accepted'
  } catch (error) {
    if (error instanceof AuthenticationError) return error.detail
    if (error instanceof KeysUnavailableError) return 'unavailable'
    throw error
  }
}

async function unavailability(token: string): Promise<unknown> {
  const error = await verifier.verify(token).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(KeysUnavailableError)
  return error
}
