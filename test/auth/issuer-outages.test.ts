import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertUsableKeys } from '../../src/auth/check-issuer.ts'
import { KeysUnavailableError } from '../../src/auth/keys-unavailable-error.ts'
import { first, hourMs, IssuedTokens, makeInvented, minuteMs, second } from './issued-tokens.ts'

const unknownKey = 'The access token is signed with a key that the issuer does not publish.'

let tokens: IssuedTokens
beforeEach(async () => {
  tokens = await IssuedTokens.start()
})
afterEach(() => tokens[Symbol.asyncDispose]())

describe('while the issuer is down', () => {
  it('a first token is neither accepted nor refused, and the keys are asked for again two seconds later', async () => {
    await tokens.issuer.goesDown()
    expect(await unavailability(tokens.newToken(first))).toMatchObject({ retryAfterMs: 2_000 })
    tokens.nowMs += 1_500
    expect(await unavailability(tokens.newToken(first))).toMatchObject({ retryAfterMs: 500 })
    await tokens.issuer.comesBack()
    expect(await unavailability(tokens.newToken(first))).toMatchObject({ retryAfterMs: 500 })
    expect(tokens.issuer.fetches()).toBe(0)
    tokens.nowMs += 500
    expect(await tokens.outcome(tokens.newToken(first))).toBe('accepted')
  })

  it('tokens of known keys go on being accepted for an hour', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    await tokens.issuer.goesDown()
    tokens.nowMs += hourMs - 1
    expect(await tokens.outcome(tokens.newToken(first))).toBe('accepted')
    tokens.nowMs += 1
    expect(await tokens.outcome(tokens.newToken(first))).toBe('unavailable')
  })

  it('tokens of known keys do not wait for it over and over', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    tokens.issuer.becomes('fails')
    tokens.nowMs += 5 * minuteMs
    expect(await tokens.outcome(tokens.newToken(first))).toBe('accepted')
    tokens.issuer.becomes('hangs')
    tokens.nowMs += 2_000
    expect(await tokens.outcome(tokens.newToken(first))).toBe('accepted')
    await expect.poll(() => tokens.issuer.fetches()).toBe(3)
  })

  it('a token of an unknown key is not refused for good', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    await tokens.issuer.goesDown()
    expect(await unavailability(tokens.newToken(second))).toMatchObject({ retryAfterMs: 2_000 })
    expect(await tokens.outcome(tokens.newToken(first))).toBe('accepted')
    await tokens.issuer.comesBack()
    tokens.issuer.publish(second)
    tokens.nowMs += 10_000
    expect(await tokens.outcome(tokens.newToken(second))).toBe('accepted')
    expect(await tokens.outcome(tokens.newToken(makeInvented(0)))).toBe(unknownKey)
  })

  it('an answer without end is cut off, in bytes and in time', async () => {
    tokens.issuer.becomes('floods')
    expect(await tokens.outcome(tokens.newToken(first))).toBe('unavailable')
    await expect.poll(tokens.issuer.bytesSent).toBeGreaterThan(0)
    // Includes the bytes that the kernel accepts before the server reads them.
    expect(tokens.issuer.bytesSent()).toBeLessThan(16 * 1024 * 1024)
    tokens.issuer.becomes('trickles')
    tokens.nowMs += 2_000
    expect(await tokens.outcome(tokens.newToken(first))).toBe('unavailable')
    tokens.issuer.becomes('answers')
    tokens.nowMs += 2_000
    expect(await tokens.outcome(tokens.newToken(first))).toBe('accepted')
  })

  it('an answer without end does not hold up a start either', async () => {
    for (const mood of ['floods', 'trickles'] as const) {
      tokens.issuer.becomes(mood)
      await expect(assertUsableKeys(tokens.issuer.jwksUrl, ['ES256'])).rejects.toThrow(
        "The token issuer's keys cannot be fetched",
      )
    }
  })

  it('the operator is told, once per fetch and without the token', async () => {
    tokens.issuer.becomes('fails')
    const token = tokens.newToken(first)
    expect(await tokens.outcome(token)).toBe('unavailable')
    expect(await tokens.outcome(token)).toBe('unavailable')
    expect(tokens.issuer.fetches()).toBe(1)
    expect(tokens.logged).toHaveLength(1)
    expect(tokens.logged[0]).toContain('token issuer keys could not be fetched')
    expect(tokens.logged[0]).not.toContain(token)
  })

  it('closing ends a fetch that hangs, and no other is started', async () => {
    tokens.issuer.becomes('hangs')
    const answer = tokens.outcome(tokens.newToken(first))
    await expect.poll(() => tokens.issuer.fetches()).toBe(1)
    tokens.verifier.close()
    expect(await answer).toBe('unavailable')
    tokens.nowMs += hourMs
    expect(await tokens.outcome(tokens.newToken(first))).toBe('unavailable')
    expect(tokens.issuer.fetches()).toBe(1)
    expect(tokens.logged).toEqual([])
  })
})

async function unavailability(token: string): Promise<unknown> {
  const error = await tokens.verifier.verify(token).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(KeysUnavailableError)
  return error
}
