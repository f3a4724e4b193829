import { beforeEach, describe, expect, it } from 'vitest'
import { createTokenCache } from '../../src/auth/token-cache.ts'
import { createTokenVerifier } from '../../src/auth/verify-token.ts'
import { makeKey, publicJwk, signToken } from '../support/token-issuer.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2030, 0, 1)
let nowMs: number
let verifications: number
let cache: ReturnType<typeof createTokenCache<string>>

beforeEach(() => {
  nowMs = startMs
  verifications = 0
  cache = createTokenCache<string>({ maxEntries: 3, now: () => nowMs })
})

describe('the token cache', () => {
  it('answers a known token without verifying it again', async () => {
    expect(await read('a')).toBe('holder of a')
    expect(await read('a')).toBe('holder of a')
    expect(verifications).toBe(1)
  })

  it('never serves a token at or past the end of its time', async () => {
    await read('a', 1_000)
    nowMs += 999
    await read('a', 1_000)
    expect(verifications).toBe(1)
    nowMs += 1
    await read('a', 1_000)
    expect(verifications).toBe(2)
  })

  it('verifies a long-lived token again after five minutes', async () => {
    await read('a')
    nowMs += 5 * minuteMs - 1
    await read('a')
    expect(verifications).toBe(1)
    nowMs += 1
    await read('a')
    expect(verifications).toBe(2)
  })

  it('forgets a token after five minutes however far the clock is set back meanwhile', async () => {
    let passedMs = 0
    cache = createTokenCache<string>({ maxEntries: 3, now: () => nowMs, passed: () => passedMs })
    await read('a')
    nowMs -= 5 * 60 * minuteMs
    passedMs += 5 * minuteMs - 1
    await read('a')
    expect(verifications).toBe(1)
    passedMs += 1
    await read('a')
    expect(verifications).toBe(2)
  })

  it('holds no more than its size, and drops the least recently used token first', async () => {
    for (const token of ['a', 'b', 'c', 'a', 'd']) await read(token)
    expect([verifications, cache.size]).toEqual([4, 3])
    for (const token of ['a', 'c', 'd']) await read(token)
    expect(verifications).toBe(4)
    await read('b')
    expect(verifications).toBe(5)
    for (let n = 0; n < 1_000; n++) await read(`token-${n}`)
    expect(cache.size).toBe(3)
  })

  it('remembers nothing when its size is 0', async () => {
    cache = createTokenCache<string>({ maxEntries: 0, now: () => nowMs })
    await read('a')
    await read('a')
    expect([verifications, cache.size]).toEqual([2, 0])
  })

  it('verifies a token once for all who bring it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => read('a')))
    expect(new Set(answers)).toEqual(new Set(['holder of a']))
    expect(verifications).toBe(1)
  })

  it('shares a failure with those who wait for it and then forgets it', async () => {
    const refuse = async () => {
      verifications += 1
      throw new Error('refused')
    }
    const answers = await Promise.allSettled([cache.read('a', refuse), cache.read('a', refuse)])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([verifications, cache.size]).toEqual([1, 0])
    expect(await read('a')).toBe('holder of a')
  })

  it('forgets tokens that were verified, or being verified, when it was cleared', async () => {
    await read('a')
    const underWay = read('b')
    cache.clear()
    expect(await underWay).toBe('holder of b')
    expect(cache.size).toBe(0)
    await read('a')
    await read('b')
    expect(verifications).toBe(4)
  })
})

describe('a verifier with a cache', () => {
  const key = makeKey('ES256', 'key-1')
  const expired = 'The access token has expired.'

  it.each([0, 30])('refuses a known token once it has expired, %i seconds of skew included', async (skew) => {
    const verifier = openVerifier(skew)
    const token = signToken(key, { iss: 'i', aud: 'a', sub: 'alice', exp: startMs / 1000 + 60 })
    const verified = await verifier.verify(token)
    expect(verified.expiresAt).toEqual(new Date(startMs + minuteMs + skew * 1000))
    nowMs += minuteMs + skew * 1000 - 1
    expect(await verifier.verify(token)).toBe(verified)
    nowMs += 1
    await expect(verifier.verify(token)).rejects.toThrow(expired)
  })

  it('gives each token its own holder', async () => {
    const verifier = openVerifier(0)
    const exp = startMs / 1000 + 60
    const people = Array.from({ length: 20 }, (_, n) => `person-${n}`)
    const tokens = people.map((sub) => signToken(key, { iss: 'i', aud: 'a', sub, exp }))
    for (const round of [tokens, tokens]) {
      const verified = await Promise.all(round.map((token) => verifier.verify(token)))
      expect(verified.map(({ subject }) => subject)).toEqual(people)
    }
  })

  function openVerifier(clockSkewSeconds: number) {
    return createTokenVerifier({
      issuer: 'i',
      audience: 'a',
      algorithms: ['ES256'],
      clockSkewSeconds,
      keys: { jwks: { keys: [publicJwk(key)] } },
      cacheSize: 100,
      now: () => nowMs,
    })
  }
})

function read(token: string, lifeMs = Number.POSITIVE_INFINITY): Promise<string> {
  return cache.read(token, async () => {
    verifications += 1
    return { token: `holder of ${token}`, acceptableUntilMs: nowMs + lifeMs }
  })
}
