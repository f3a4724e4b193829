import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createRateLimiter } from '../../src/limits/create-rate-limiter.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { countAccepted } from '../support/rate-limits.ts'
import { redisForTests } from '../support/redis.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const WARN = 40
const TEN_A_MINUTE = [{ max: 10, perMs: 60_000 }]
/** Longer than any command may take. */
const STOOD_STILL_MS = 1_500
const SOON = { interval: 20, timeout: 30_000 }

const server = await redisForTests()
afterAll(() => server?.dispose())

failOnUnhandledRejections()
beforeEach(() => server?.restart())
afterEach(() => server?.cont())

/** A process's limiter, what it logged and the changes it announced. */
async function createNode({ waitForRedis = true } = {}) {
  const redis = connectRedis(server?.url ?? '', pino({ level: 'silent' }))
  if (waitForRedis) expect(await redis.whenReady(30_000)).toBe(true)
  const lines: { level: number; msg: string }[] = []
  const changes: boolean[] = []
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const limiter = createRateLimiter({ log, redis, onFallback: (active) => void changes.push(active) })
  onTestFinished(async () => {
    limiter.close()
    await redis.close()
  })
  const recovery = () => vi.waitFor(() => expect(changes.at(-1)).toBe(false), SOON)
  return { redis, limiter, lines, changes, recovery }
}

describe.skipIf(!server)('a rate limiter whose Redis fails', { timeout: 90_000 }, () => {
  it('goes on with what this process accepted, says so once, and recovers by itself', async () => {
    const { limiter, lines, changes, recovery } = await createNode()
    const key = randomUUID()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 6)).toBe(6)
    await server?.kill()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 20)).toBe(4)
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 20)).toBe(0)
    expect(lines.map(({ level }) => level)).toEqual([WARN])
    expect(changes).toEqual([true])
    await server?.restart()
    await recovery()
    expect(changes).toEqual([true, false])
    expect(lines).toHaveLength(2)
  })

  it('is asked on although this very process stood still for longer than answers may take', async () => {
    const { redis, limiter, changes } = await createNode()
    const key = randomUUID()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 3)).toBe(3)
    const answers = [limiter.take(key, TEN_A_MINUTE), redis.commands.ping(), redis.subscriber.ping()]
    // Commands are sent together, in the next turn.
    await setImmediate()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STOOD_STILL_MS)
    expect(await Promise.all(answers)).toMatchObject([{ accepted: true }, 'PONG', 'PONG'])
    expect(changes).toEqual([])
  })

  it('does not go on saying that it falls back once it is closed', async () => {
    const { limiter, changes } = await createNode()
    await server?.kill()
    await countAccepted(limiter, randomUUID(), TEN_A_MINUTE, 1)
    limiter.close()
    expect(changes).toEqual([true, false])
  })

  it('hands an emptied Redis what it accepted, so that every process counts it', async () => {
    const [one, other] = await Promise.all([createNode(), createNode()])
    const key = randomUUID()
    await countAccepted(one.limiter, key, TEN_A_MINUTE, 3)
    await server?.kill()
    await countAccepted(one.limiter, key, TEN_A_MINUTE, 4)
    await server?.restart()
    await one.recovery()
    await vi.waitFor(() => expect(other.redis.status().ready).toBe(true), SOON)
    expect(await countAccepted(one.limiter, key, TEN_A_MINUTE, 1)).toBe(1)
    expect(await countAccepted(other.limiter, key, TEN_A_MINUTE, 9)).toBe(2)
  })

  it('counts on after a restart of Redis that no call noticed', async () => {
    const { redis, limiter, changes } = await createNode()
    const key = randomUUID()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 8)).toBe(8)
    await server?.restart()
    await vi.waitFor(() => expect(redis.generation()).toBe(2), SOON)
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 20)).toBe(2)
    expect(changes).toEqual([])
  })

  it('answers while Redis hangs, and accepts the limit exactly', async () => {
    const { limiter, lines, recovery } = await createNode()
    const key = randomUUID()
    server?.stop()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 100)).toBe(10)
    server?.cont()
    await recovery()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 100)).toBe(0)
    expect(lines.filter(({ level }) => level >= WARN)).toHaveLength(1)
  })

  it('does not count a refused call that a hanging Redis carries out later', async () => {
    const { limiter, recovery } = await createNode()
    const key = randomUUID()
    const minute = { max: 100, perMs: 60_000 }
    const windows = [{ max: 1, perMs: 6_000 }, minute]
    expect((await limiter.take(key, windows)).accepted).toBe(true)
    server?.stop()
    expect((await limiter.take(key, windows)).accepted).toBe(false)
    await vi.waitFor(async () => {
      const result = await limiter.take(key, windows)
      if (!result.accepted) throw new Error('the first call still counts')
      await result.refund()
    }, SOON)
    server?.cont()
    await recovery()
    expect(await countAccepted(limiter, key, [{ max: 2, perMs: 60_000 }], 5)).toBe(1)
  })

  it('makes good the refunds that Redis could not take', async () => {
    const { redis, limiter, recovery } = await createNode()
    const key = randomUUID()
    const windows = [{ max: 2, perMs: 60_000 }]
    const results = [await limiter.take(key, windows), await limiter.take(key, windows)]
    redis.commands.disconnect(true)
    for (const result of results) if (result.accepted) await result.refund()
    await recovery()
    expect(await countAccepted(limiter, key, windows, 5)).toBe(2)
  })

  it('survives the loss of its script', async () => {
    const { redis, limiter, changes } = await createNode()
    const key = randomUUID()
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 1)).toBe(1)
    await redis.commands.script('FLUSH')
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 20)).toBe(9)
    expect(changes).toEqual([])
  })

  it('stays in memory while Redis answers but cannot write', async () => {
    const { redis, limiter, lines, changes, recovery } = await createNode()
    const key = randomUUID()
    await redis.commands.config('SET', 'maxmemory', '1')
    expect(await countAccepted(limiter, key, TEN_A_MINUTE, 20)).toBe(10)
    const probed = async () => Number((await redis.commands.info('errorstats')).match(/OOM:count=(\d+)/)?.[1])
    const before = await probed()
    await vi.waitFor(async () => expect(await probed()).toBeGreaterThan(before), SOON)
    expect(changes).toEqual([true])
    await redis.commands.config('SET', 'maxmemory', '0')
    await recovery()
    expect(lines).toHaveLength(2)
  })

  it('starts without Redis and finds it later', async () => {
    await server?.kill()
    const { redis, limiter, changes, recovery } = await createNode({ waitForRedis: false })
    expect(await redis.whenReady(50)).toBe(false)
    expect(await countAccepted(limiter, randomUUID(), TEN_A_MINUTE, 20)).toBe(10)
    expect(changes).toEqual([true])
    await server?.restart()
    await recovery()
    expect(redis.status()).toEqual({ ready: true, commands: true, subscriber: true })
  })

  it('reconnects both links to a Redis that hung for long', async () => {
    const { redis, limiter, recovery } = await createNode()
    server?.stop()
    await countAccepted(limiter, randomUUID(), TEN_A_MINUTE, 1)
    await vi.waitFor(() => expect(redis.status()).toMatchObject({ commands: false, subscriber: false }), SOON)
    server?.cont()
    await recovery()
    await vi.waitFor(() => expect(redis.status().ready).toBe(true), SOON)
  })
})

describe.skipIf(!server)('a link to Redis', () => {
  it('says that its password is refused without saying which password', async () => {
    const { redis } = await createNode()
    await redis.commands.config('SET', 'requirepass', 'right-secret')
    const lines: string[] = []
    const wrong = connectRedis(
      server?.url.replace('//', '//:wrong-secret@') ?? '',
      pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
    )
    onTestFinished(() => wrong.close())
    await vi.waitFor(() => expect(lines).toHaveLength(2), SOON)
    expect(lines.join()).toContain('WRONGPASS')
    expect(lines.join()).not.toContain('secret')
  })
})
