import { Redis } from 'ioredis'
import { expect, vi } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { PrivateRedis } from '../support/redis.ts'

const SOON = { interval: 50, timeout: 30_000 }

/** Deletes all data of Redis. */
export async function forgetAll(redis: PrivateRedis): Promise<void> {
  const client = new Redis(redis.url)
  await client.flushall()
  client.disconnect()
}

/** Stops Redis until these servers use their fallback, runs `meanwhile`, and waits until they share Redis again. */
export async function freezeFor(redis: PrivateRedis, apps: readonly TestApp[], meanwhile = async () => {}) {
  for (const { logged } of apps) logged.splice(0)
  redis.stop()
  await allLog(apps, 'presence and its changes fall back')
  await meanwhile()
  redis.cont()
  await allLog(apps, 'presence and its changes are shared')
}

async function allLog(apps: readonly TestApp[], begin: string): Promise<void> {
  const has = ({ logged }: TestApp) => logged.some(({ msg }) => String(msg).startsWith(begin))
  await vi.waitFor(() => expect(apps.map(has)).not.toContain(false), SOON)
}
