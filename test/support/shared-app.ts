import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { inject, vi } from 'vitest'
import { liveSubscriptions } from '../../src/metrics/metrics.ts'
import { startApp, type TestApp } from './app.ts'

let started: Promise<TestApp> | undefined

/**
 * The server that the files of one worker share. It is for tests that look at companies of their own alone; those that
 * look at all that a server logs, counts or stores, or that change the server, start one with `startApp`. It ends with
 * the worker. Disposing of it fails for a file that leaves subscriptions open.
 */
export async function sharedApp(): Promise<TestApp> {
  started ??= start()
  const app = await started
  const before = await openSubscriptions()
  return {
    ...app,
    async [Symbol.asyncDispose]() {
      await vi.waitUntil(async () => (await openSubscriptions()) <= before, { timeout: 30_000 })
    },
  }
}

async function start(): Promise<TestApp> {
  const dataDirectory = await mkdtemp(join(inject('runDirectory'), 'shared-'))
  return startApp({ environment: { dataDirectory } })
}

async function openSubscriptions(): Promise<number> {
  const { values } = await liveSubscriptions.get()
  return values[0]?.value ?? 0
}
