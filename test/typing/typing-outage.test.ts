import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { setTyping, typingIn, watchTyping } from '../support/typing.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it('somebody who types is shown once the database answers again', async () => {
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const groupId = await alice.group('Plans', [bob])
  await using watched = await watchTyping(alice, groupId, bob)
  const real = pg.Client.prototype.query as (...given: unknown[]) => unknown
  const failures: unknown[] = []
  const query = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...given: unknown[]
  ) {
    const { name, callback } = given[0] as { name?: string; callback?: (error: Error) => void }
    if (name !== 'typing_readers' || failures.push(given) > 1) return real.apply(this, given) as never
    const lost = new Error('The connection is lost.')
    // A statement that binds its connection too is told by a callback.
    if (!callback) return Promise.reject(lost) as never
    setImmediate(callback, lost)
    return undefined as never
  })
  await setTyping(bob, groupId)
  await watched.until(() => typingIn(watched).length === 1)
  query.mockRestore()
  expect(failures.length).toBeGreaterThan(1)
})
