import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { TestApp, TestCompany } from '../support/app.ts'
import { libraryOf } from '../support/library.ts'
import { sharedApp } from '../support/shared-app.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

let app: TestApp
let acme: TestCompany<'alice'>
/** Takes connections and never says a word. */
let silent: Server
let silentUrl: string
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner' })
  silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
})
afterAll(async () => {
  silent.close()
  await app[Symbol.asyncDispose]()
})

/** Frees whatever nobody holds, again and again, until the work has settled. */
async function collectingUntil<T>(work: Promise<T>): Promise<T> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const collecting = setInterval(collect, 20)
  return await work.finally(() => clearInterval(collecting))
}

it('a request that nobody answers ends at its deadline', async () => {
  await using alice = libraryOf(acme.alice.at(silentUrl))
  const late = alice.request('{ viewer { inboxCursor } }', {}, { signal: AbortSignal.timeout(200) })
  await expect(late).rejects.toMatchObject({ name: 'TimeoutError' })
})

it('a stream ends at a deadline that only the client library holds', async () => {
  await using alice = libraryOf(acme.alice)
  const stream = alice.inboxEvents({ signal: AbortSignal.timeout(200) })
  expect(await collectingUntil(stream.next())).toEqual({ value: undefined, done: true })
})

/** Sends requests to the real server, and has its sockets opened at the silent one. */
const requestsAnswered: typeof fetch = (_url, request) => fetch(`${acme.alice.url}/graphql`, request)

it('may be closed while it connects to a server that then breaks off', async () => {
  const alice = libraryOf(acme.alice.at(silentUrl), { fetch: requestsAnswered })
  const connected = once(silent, 'connection')
  const ended = alice.inboxEvents({ after: 'here' }).next()
  const [socket] = (await connected) as [Socket]
  alice.close()
  expect(await ended).toMatchObject({ done: true })
  socket.resetAndDestroy()
  await once(socket, 'close')
})

it('has its ticket before it opens a socket, which the server holds open only so long without', async () => {
  const steps: string[] = []
  class WatchedSocket extends WebSocket {
    constructor(...parameters: ConstructorParameters<typeof WebSocket>) {
      steps.push('opens a socket')
      super(...parameters)
    }
  }
  await using alice = libraryOf(acme.alice, {
    webSocket: WatchedSocket,
    async fetch(...call) {
      const response = await fetch(...call)
      steps.push('has its ticket')
      return response
    },
  })
  const events = alice.inboxEvents({
    after: (await acme.alice.run('{ viewer { inboxCursor } }')).viewer.inboxCursor,
  })
  const next = events.next()
  await acme.alice.group('Team')
  expect((await next).done).toBe(false)
  expect(steps).toEqual(['has its ticket', 'opens a socket'])
})

it('recovers from a token and an address that are temporarily unavailable', async () => {
  const after = (await acme.alice.run('{ viewer { inboxCursor } }')).viewer.inboxCursor
  let asked = 0
  await using alice = libraryOf(acme.alice, {
    url() {
      asked += 1
      if (asked === 2) throw new Error('There is no address just now.')
      return asked === 4 ? 'no address' : `${acme.alice.url}/graphql`
    },
  })
  const next = alice.inboxEvents({ after }).next()
  await acme.alice.group('Told in the end')
  expect((await next).done).toBe(false)
  expect(asked).toBeGreaterThan(4)
})

it('waits for a token no longer than for an answer', async () => {
  await using alice = libraryOf(acme.alice, { token: () => new Promise(() => {}) })
  const late = alice.request('{ viewer { inboxCursor } }', {}, { signal: AbortSignal.timeout(200) })
  await expect(late).rejects.toMatchObject({ name: 'TimeoutError' })
  const ending = new AbortController()
  const next = alice.inboxEvents({ signal: ending.signal }).next()
  ending.abort()
  expect(await next).toMatchObject({ done: true })
})
