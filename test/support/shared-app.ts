import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'
import { startApp, type TestApp } from './app.ts'

let started: Promise<TestApp> | undefined

/**
 * The server that the files of one worker share. It is for tests that look at companies of their own alone; those that
 * look at all that a server logs, counts or stores, or that change the server, start one with `startApp`. It ends with
 * the worker.
 */
export async function sharedApp(): Promise<TestApp> {
  started ??= start()
  return started
}

async function start(): Promise<TestApp> {
  const dataDirectory = await mkdtemp(join(inject('runDirectory'), 'shared-'))
  const app = await startApp({ environment: { dataDirectory } })
  return { ...app, [Symbol.asyncDispose]: async () => {} }
}
