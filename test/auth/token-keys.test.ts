import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeKey } from '../support/token-issuer.ts'
import { first, IssuedTokens, makeInvented, minuteMs, SECONDS, second, stranger } from './issued-tokens.ts'

const unknownKey = 'The access token is signed with a key that the issuer does not publish.'

let tokens: IssuedTokens
beforeEach(async () => {
  tokens = await IssuedTokens.start()
})
afterEach(() => tokens[Symbol.asyncDispose]())

describe('while the issuer answers', () => {
  it('its keys are fetched once, however many tokens arrive at first', async () => {
    await Promise.all(Array.from({ length: 50 }, () => tokens.verifier.verify(tokens.newToken(first))))
    expect(tokens.issuer.fetches()).toBe(1)
  })

  it('a token of a new key is accepted at once, with one more fetch', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    tokens.issuer.publish(second)
    await Promise.all(Array.from({ length: 20 }, () => tokens.verifier.verify(tokens.newToken(second))))
    expect(tokens.issuer.fetches()).toBe(2)
  })

  it('a first token of an invented key id costs no second fetch', async () => {
    expect(await tokens.outcome(tokens.newToken(makeInvented(0)))).toBe(unknownKey)
    expect(tokens.issuer.fetches()).toBe(1)
  })

  it('invented key ids cause one fetch in two seconds, which all of them wait for', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    const invented = () =>
      Array.from({ length: 50 }, (_, n) => tokens.outcome(tokens.newToken(makeInvented(n))))
    expect(new Set(await Promise.all(invented()))).toEqual(new Set([unknownKey]))
    expect(tokens.issuer.fetches()).toBe(2)
    const startedAt = performance.now()
    expect(new Set(await Promise.all(invented()))).toEqual(new Set([unknownKey]))
    expect(performance.now() - startedAt).toBeGreaterThan(1_900)
    expect(tokens.issuer.fetches()).toBe(3)
    tokens.nowMs += 2_000
    await Promise.all(invented())
    expect(tokens.issuer.fetches()).toBe(4)
  })

  it(
    'a forged key id just before a rotation does not refuse the tokens of the new key',
    SECONDS,
    async () => {
      await tokens.verifier.verify(tokens.newToken(first))
      expect(await tokens.outcome(tokens.newToken(makeInvented(0)))).toBe(unknownKey)
      tokens.issuer.publish(second)
      const all = Array.from({ length: 20 }, (_, n) =>
        tokens.outcome(tokens.newToken(n % 2 ? second : makeInvented(n))),
      )
      const outcomes = await Promise.all(all)
      expect(outcomes.filter((_, n) => n % 2)).toEqual(Array(10).fill('accepted'))
      expect(tokens.issuer.fetches()).toBe(3)
    },
  )

  it('a token of a new key is accepted although a fetch was under way that does not have it', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    tokens.issuer.becomes('hangs', { asItIsNow: true })
    const forged = tokens.outcome(tokens.newToken(makeInvented(0)))
    await expect.poll(() => tokens.issuer.fetches()).toBe(2)
    tokens.issuer.publish(second)
    const rotated = tokens.outcome(tokens.newToken(second))
    tokens.issuer.becomes('answers')
    expect(await forged).toBe(unknownKey)
    expect(await rotated).toBe('accepted')
    expect(tokens.issuer.fetches()).toBe(3)
  })

  it('a stream of forgeries neither keeps the new key out nor asks more often', SECONDS, async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    let goesOn = true
    const forging = Promise.all(
      Array.from({ length: 5 }, async (_, lane) => {
        for (let n = 0; goesOn; n += 1) await tokens.outcome(tokens.newToken(makeInvented(lane * 1_000 + n)))
      }),
    )
    await expect.poll(() => tokens.issuer.fetches()).toBe(2)
    tokens.issuer.publish(second)
    const before = tokens.issuer.fetches()
    expect(await tokens.outcome(tokens.newToken(second))).toBe('accepted')
    expect(tokens.issuer.fetches()).toBeLessThanOrEqual(before + 2)
    goesOn = false
    await forging
  })

  it('a forged algorithm causes no fetch at all', async () => {
    expect(await tokens.outcome(tokens.newToken({ ...first, alg: 'ES384' }))).toBe(
      'The signing algorithm is not allowed.',
    )
    expect(tokens.issuer.fetches()).toBe(0)
  })

  it('a withdrawn key is trusted for five minutes at most, also for remembered tokens', async () => {
    const known = tokens.newToken(first)
    await tokens.verifier.verify(known)
    tokens.issuer.withdrawAll()
    tokens.issuer.publish(second)
    tokens.nowMs += 5 * minuteMs
    expect(await tokens.outcome(known)).toBe(unknownKey)
    expect(await tokens.outcome(tokens.newToken(first))).toBe(unknownKey)
    expect(await tokens.outcome(tokens.newToken(second))).toBe('accepted')
  })

  it('a remembered token sets off the refresh that ends it', async () => {
    await tokens.verifier.verify(tokens.newToken(first))
    tokens.nowMs += 3 * minuteMs
    const known = tokens.newToken(first)
    await tokens.verifier.verify(known)
    tokens.issuer.withdrawAll()
    tokens.issuer.publish(second)
    tokens.nowMs += 2 * minuteMs
    expect(await tokens.outcome(known)).toBe('accepted')
    await expect.poll(() => tokens.outcome(known)).toBe(unknownKey)
  })

  it('a withdrawn key is forgotten as soon as any fetch shows it gone', async () => {
    const known = tokens.newToken(first)
    await tokens.verifier.verify(known)
    tokens.issuer.withdrawAll()
    tokens.issuer.publish(second)
    await tokens.verifier.verify(tokens.newToken(second))
    expect(await tokens.outcome(known)).toBe(unknownKey)
  })

  it('a key that is replaced under its own id no longer vouches for its tokens', async () => {
    const known = tokens.newToken(first)
    await tokens.verifier.verify(known)
    tokens.issuer.withdrawAll()
    tokens.issuer.publish(makeKey('ES256', first.kid))
    tokens.nowMs += 5 * minuteMs
    expect(await tokens.outcome(known)).toBe("The access token's signature does not match the issuer's keys.")
  })

  it('a token that runs out while the keys arrive is refused', async () => {
    tokens.issuer.becomes('hangs')
    const answer = tokens.outcome(tokens.newToken(first, {}, 1_000))
    await expect.poll(() => tokens.issuer.fetches()).toBe(1)
    tokens.nowMs += 1_000
    tokens.issuer.becomes('answers')
    expect(await answer).toBe('The access token has expired.')
  })

  it('keys without ids are tried one by one', async () => {
    tokens.issuer.withdrawAll()
    tokens.issuer.publish(first, { kid: undefined })
    tokens.issuer.publish(second, { kid: undefined })
    expect(await tokens.outcome(tokens.newToken(second, { kid: undefined }))).toBe('accepted')
    expect(await tokens.outcome(tokens.newToken(stranger, { kid: undefined }))).toBe(
      "The access token's signature does not match the issuer's keys.",
    )
  })
})
