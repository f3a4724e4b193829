import { afterAll, describe, expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { redisForTests } from '../support/redis.ts'
import { attempts, mint, useless } from './connection-tickets.ts'

const redis = await redisForTests()
afterAll(() => redis?.dispose())

describe.skipIf(!redis)('with Redis', () => {
  it('a ticket works after Redis has lost everything, and still only once', async () => {
    const redisUrl = redis?.url ?? ''
    await using first = await startApp({ redisUrl })
    await using second = await startApp({ beside: first })
    const { alice } = await first.company('Acme', { alice: 'owner' })
    const [fresh, used] = [await mint(alice), await mint(alice)]
    expect((await attempts([first.url], used.ticket))[0]).toBe('in')
    await redis?.restart()
    expect(await attempts([second.url], used.ticket)).toEqual([useless])
    expect(await attempts([second.url], fresh.ticket)).toEqual(['in'])
    expect(await attempts([first.url], fresh.ticket)).toEqual([useless])
  })
})
