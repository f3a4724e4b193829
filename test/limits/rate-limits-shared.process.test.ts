import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { redisForTests } from '../support/redis.ts'
import { trySend } from '../support/sending.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const WARN = 40
const SOON = { interval: 50, timeout: 30_000 }

const redis = await redisForTests()
afterAll(() => redis?.dispose())
failOnUnhandledRejections()

describe.skipIf(!redis)('limits shared by two servers through Redis', { timeout: 90_000 }, () => {
  let app: TestApp
  let other: TestApp
  beforeAll(async () => {
    app = await startApp({ redisUrl: redis?.url ?? '' })
    other = await startApp({ beside: app })
    await Promise.all([app, other].map((node) => node.application.redis?.whenReady(30_000)))
  })
  afterAll(async () => {
    await other[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })

  async function companyWith(sendLimits: { max: number; perSeconds: number }[]) {
    const company = await app.company('Acme', { alice: 'owner', bob: 'member' }, { limited: true })
    await company.alice.mutate('updateCompanySettings', { sendLimits })
    return company
  }

  const metric = async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    return text.split('\n').find((line) => line.startsWith('colloquy_rate_limiter_fallback '))
  }
  const warnings = () =>
    app.logged.filter(({ level, msg }) => level === WARN && String(msg).includes('rate limits fall back'))

  it('accept no more at both together than at one', async () => {
    const { alice, bob } = await companyWith([{ max: 10, perSeconds: 3_600 }])
    const nodes = [alice, alice.at(other.url)]
    const sends = await Promise.all(
      Array.from({ length: 30 }, (_, at) => trySend(nodes[at % 2] ?? alice, bob, `${at}`)),
    )
    expect(sends.filter(({ sent }) => sent)).toHaveLength(10)
    expect(await trySend(alice.at(other.url), bob, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await trySend(bob, alice, 'x')).toEqual({ sent: true })
  })

  it('say truly when they go on, at whichever server', async () => {
    const { alice, bob } = await companyWith([{ max: 3, perSeconds: 6 }])
    for (let at = 0; at < 3; at += 1) expect(await trySend(alice, bob, `${at}`)).toEqual({ sent: true })
    const { retryAfterMs = 0 } = await trySend(alice.at(other.url), bob, 'x')
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(6_000)
    // Waiting for as long as the answer says is what is under test.
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs))
    expect(await trySend(alice.at(other.url), bob, 'in time')).toEqual({ sent: true })
  })

  it("hold by the server's memory while Redis is away, which it says once, and come back by themselves", async () => {
    const company: TestCompany<'alice' | 'bob'> = await companyWith([{ max: 4, perSeconds: 3_600 }])
    const { alice, bob } = company
    for (let at = 0; at < 2; at += 1) expect(await trySend(alice, bob, `${at}`)).toEqual({ sent: true })
    await vi.waitFor(async () => expect(await metric()).toBe('colloquy_rate_limiter_fallback 0'), SOON)
    await redis?.kill()
    for (let at = 2; at < 4; at += 1) expect(await trySend(alice, bob, `${at}`)).toEqual({ sent: true })
    expect(await trySend(alice, bob, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
    for (let at = 0; at < 4; at += 1) expect(await trySend(bob, alice, `${at}`)).toEqual({ sent: true })
    expect(await trySend(bob, alice, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await metric()).toBe('colloquy_rate_limiter_fallback 1')
    expect(warnings()).toHaveLength(1)

    await redis?.restart()
    await vi.waitFor(async () => expect(await metric()).toBe('colloquy_rate_limiter_fallback 0'), SOON)
    expect(warnings()).toHaveLength(1)
    // Redis came back empty; what this server accepted meanwhile still counts.
    expect(await trySend(alice, bob, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
    await vi.waitFor(() => expect(other.application.redis?.status().ready).toBe(true), SOON)
    await vi.waitFor(
      async () =>
        expect(await trySend(alice.at(other.url), bob, 'x')).toMatchObject({ code: 'RATE_LIMITED' }),
      SOON,
    )
  })

  it('keep sends going while Redis hangs', async () => {
    const { alice, bob } = await companyWith([{ max: 3, perSeconds: 3_600 }])
    redis?.stop()
    try {
      for (let at = 0; at < 3; at += 1) expect(await trySend(alice, bob, `${at}`)).toEqual({ sent: true })
      expect(await trySend(alice, bob, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
    } finally {
      redis?.cont()
    }
    await vi.waitFor(async () => expect(await metric()).toBe('colloquy_rate_limiter_fallback 0'), SOON)
  })
})
