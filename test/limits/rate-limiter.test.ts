import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pino from 'pino'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createRateLimiter } from '../../src/limits/create-rate-limiter.ts'
import type { RateLimiter, RateLimiterOptions } from '../../src/limits/rate-limiter.ts'
import { parseWindow, type RateWindow } from '../../src/limits/rate-window.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { countAccepted, createClock, takeAccepted } from '../support/rate-limits.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'
import { agreesWithModel, schedule } from './rate-limit-model.ts'

const SENDING: RateWindow[] = [
  { max: 10, perMs: 10_000 },
  { max: 30, perMs: 60_000 },
  { max: 120, perMs: 600_000 },
  { max: 500, perMs: 3_600_000 },
]

const server = await sharedRedisForTests()
afterAll(() => server?.dispose())

failOnUnhandledRejections()

async function connect(url: string) {
  const redis = connectRedis(url, pino({ level: 'silent' }), { minWaitMs: 3_000 })
  onTestFinished(() => redis.close())
  await redis.whenReady(30_000)
  return redis
}

type Options = Omit<RateLimiterOptions, 'log' | 'redis'>

function createInMemory(options: Options = {}): Promise<RateLimiter> {
  return Promise.resolve(createRateLimiter({ log: pino({ level: 'silent' }), ...options }))
}

async function createShared(options: Options = {}): Promise<RateLimiter> {
  if (!server) throw new Error('needs redis-server')
  const redis = await connect(server.url)
  const limiter = createRateLimiter({ log: pino({ level: 'silent' }), redis, ...options })
  onTestFinished(() => limiter.close())
  return limiter
}

describe.each([
  { name: 'in memory', create: createInMemory, available: true, runs: 300 },
  { name: 'through Redis', create: createShared, available: server !== undefined, runs: 60 },
])('a rate limiter $name', ({ create, available, runs }) => {
  const test = it.skipIf(!available)

  test('agrees with a naive recount over any schedule', async () => {
    const clock = createClock()
    const limiter = await create({ clock: clock.read })
    await fc.assert(
      fc.asyncProperty(schedule, (steps) => agreesWithModel(limiter, clock, steps)),
      { numRuns: runs },
    )
  })

  test('accepts exactly the limit of two hundred calls at once', async () => {
    const limiter = await create()
    expect(await countAccepted(limiter, randomUUID(), SENDING, 200)).toBe(10)
  })

  test('accepts again exactly one window after the first call, not a millisecond before', async () => {
    const clock = createClock()
    const limiter = await create({ clock: clock.read })
    const key = randomUUID()
    for (let call = 0; call < 10; call += 1) {
      await takeAccepted(limiter, key, SENDING)
      clock.advance(100)
    }
    expect(await limiter.take(key, SENDING)).toEqual({ accepted: false, retryAfterMs: 9_000 })
    clock.advance(8_999)
    expect(await limiter.take(key, SENDING)).toEqual({ accepted: false, retryAfterMs: 1 })
    clock.advance(1)
    await takeAccepted(limiter, key, SENDING)
    expect(await limiter.take(key, SENDING)).toEqual({ accepted: false, retryAfterMs: 100 })
  })

  test('does not count refused calls', async () => {
    const clock = createClock()
    const limiter = await create({ clock: clock.read })
    const key = randomUUID()
    const windows = [{ max: 1, perMs: 60_000 }]
    await takeAccepted(limiter, key, windows)
    for (let call = 0; call < 59; call += 1) {
      clock.advance(1_000)
      expect((await limiter.take(key, windows)).accepted).toBe(false)
    }
    clock.advance(1_000)
    await takeAccepted(limiter, key, windows)
  })

  test('names the wait of the window that opens last', async () => {
    const clock = createClock()
    const limiter = await create({ clock: clock.read })
    const key = randomUUID()
    for (let burst = 0; burst < 3; burst += 1) {
      expect(await countAccepted(limiter, key, SENDING, 11)).toBe(10)
      clock.advance(10_000)
    }
    expect(await limiter.take(key, SENDING)).toEqual({ accepted: false, retryAfterMs: 30_000 })
  })

  test('gives a refunded call back once', async () => {
    const limiter = await create()
    const key = randomUUID()
    const windows = [{ max: 2, perMs: 60_000 }]
    const first = await takeAccepted(limiter, key, windows)
    await takeAccepted(limiter, key, windows)
    await first.refund()
    await first.refund()
    expect(await countAccepted(limiter, key, windows, 5)).toBe(1)
  })

  test('applies changed windows from the next call on, both ways', async () => {
    const limiter = await create()
    const key = randomUUID()
    const minute = (max: number) => [{ max, perMs: 60_000 }]
    expect(await countAccepted(limiter, key, minute(5), 9)).toBe(5)
    expect(await countAccepted(limiter, key, minute(2), 9)).toBe(0)
    expect(await countAccepted(limiter, key, minute(8), 9)).toBe(3)
  })

  test('keeps what a long window counts while calls with short windows come in between', async () => {
    const clock = createClock()
    const limiter = await create({ clock: clock.read })
    const key = randomUUID()
    const long = [{ max: 3, perMs: 600_000 }]
    await takeAccepted(limiter, key, long)
    await takeAccepted(limiter, key, long)
    clock.advance(300_000)
    await takeAccepted(limiter, key, [{ max: 5, perMs: 1_000 }])
    expect(await limiter.take(key, long)).toEqual({ accepted: false, retryAfterMs: 300_000 })
  })

  test('keeps keys apart', async () => {
    const limiter = await create()
    const windows = [{ max: 1, perMs: 60_000 }]
    await takeAccepted(limiter, randomUUID(), windows)
    await takeAccepted(limiter, randomUUID(), windows)
  })

  test('refuses everything under a limit of none and nothing without limits', async () => {
    const limiter = await create()
    const key = randomUUID()
    expect(await limiter.take(key, [{ max: 0, perMs: 1_000 }])).toEqual({
      accepted: false,
      retryAfterMs: 1_000,
    })
    await takeAccepted(limiter, key, [])
  })

  test('throws on a window that is not in whole numbers', async () => {
    const limiter = await create()
    for (const window of [
      { max: 1.5, perMs: 1 },
      { max: -1, perMs: 1 },
      { max: 1, perMs: 0 },
      { max: Number.NaN, perMs: 1 },
    ]) {
      await expect(limiter.take('key', [window])).rejects.toThrow(RangeError)
    }
  })

  test('runs on the real clock when none is given', async () => {
    const limiter = await create()
    const key = randomUUID()
    const windows = [{ max: 1, perMs: 150 }]
    await takeAccepted(limiter, key, windows)
    await vi.waitFor(() => takeAccepted(limiter, key, windows), { interval: 10, timeout: 30_000 })
  })
})

describe('a span of time', () => {
  it('is written as a whole number and a unit', () => {
    expect(['150ms', '10s', '1m', '10m', '1h', '1d'].map(parseWindow)).toEqual([
      150, 1e4, 6e4, 6e5, 36e5, 864e5,
    ])
    for (const wrong of ['', '10', 's', '0s', '-1s', '1.5s', '1 m', '1H', '1w', '10s ']) {
      expect(() => parseWindow(wrong)).toThrow(RangeError)
    }
  })
})

describe('a rate limiter in memory', () => {
  it('forgets the keys unused for longest beyond its bound', async () => {
    const limiter = await createInMemory({ maxKeys: 2 })
    const windows = [{ max: 1, perMs: 60_000 }]
    for (const key of ['a', 'b', 'c']) await takeAccepted(limiter, key, windows)
    expect((await limiter.take('c', windows)).accepted).toBe(false)
    expect((await limiter.take('b', windows)).accepted).toBe(false)
    await takeAccepted(limiter, 'a', windows)
  })
})

describe.skipIf(!server)('a rate limiter through Redis', () => {
  it('holds one limit over two processes', async () => {
    const [one, other] = await Promise.all([createShared(), createShared()])
    const key = randomUUID()
    const counts = await Promise.all([one, other].map((limiter) => countAccepted(limiter, key, SENDING, 100)))
    expect(counts.reduce((sum, count) => sum + count)).toBe(10)
  })

  it('does not lock anybody out when the clock of Redis is set back', async () => {
    const clock = createClock()
    const limiter = await createShared({ clock: clock.read })
    const key = randomUUID()
    const windows = [{ max: 1, perMs: 60_000 }]
    await takeAccepted(limiter, key, windows)
    clock.advance(-3_600_000)
    expect(await limiter.take(key, windows)).toEqual({ accepted: false, retryAfterMs: 60_000 })
    clock.advance(60_000)
    await takeAccepted(limiter, key, windows)
  })

  it('leaves no key behind once its longest window has passed', async () => {
    if (!server) return
    const redis = await connect(server.url)
    const limiter = createRateLimiter({
      log: pino({ level: 'silent' }),
      redis,
      keyPrefix: `${randomUUID()}:`,
    })
    onTestFinished(() => limiter.close())
    const keyPrefix = `${randomUUID()}:`
    const other = createRateLimiter({ log: pino({ level: 'silent' }), redis, keyPrefix })
    await takeAccepted(other, 'key', SENDING)
    const leftMs = await redis.commands.pttl(`${keyPrefix}key`)
    expect(leftMs).toBeGreaterThan(3_500_000)
    expect(leftMs).toBeLessThanOrEqual(3_600_000)
  })
})
