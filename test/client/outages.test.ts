import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ColloquyError } from '../../src/client/client.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openDoor } from '../support/door.ts'
import { cursorsOf } from '../support/following.ts'
import { libraryOf, take } from '../support/library.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('the streams of a client', () => {
  it('are all back as soon as one of them has found the server again', async () => {
    await using door = await openDoor(Number(new URL(app.url).port))
    const connected = vi.fn()
    await using bob = libraryOf(acme.bob, { url: `${door.url}/graphql`, onStatus: connected })
    const conversationId = await acme.alice.group('Back', [acme.bob])
    const after = await cursorsOf(acme.bob, conversationId)
    const streams: AsyncIterator<unknown>[] = [
      bob.inboxEvents({ after: after.inbox }),
      bob.conversationEvents(conversationId, { after: after.events }),
      bob.inboxEvents({ after: after.inbox }),
    ]
    await acme.alice.say({ conversationId }, 'before')
    for (const stream of streams) await take(stream, 1)
    // One finds the server at once, and the others would wait for minutes.
    const { random } = Math
    const waits = [0, 600, 600]
    vi.spyOn(Math, 'random').mockImplementation(() =>
      new Error().stack?.includes('client/backoff') ? (waits.shift() ?? 0) : random(),
    )
    door.cut()
    await acme.alice.say({ conversationId }, 'after')
    for (const stream of streams) await take(stream, 1)
    expect(waits).toEqual([])
    expect(connected.mock.calls.map(([status]) => status)).toEqual(['connected', 'disconnected', 'connected'])
  })

  it('go on while no token comes, and say why they wait', async () => {
    await using door = await openDoor(Number(new URL(app.url).port))
    let isSignedIn = true
    const problems: unknown[] = []
    await using bob = libraryOf(acme.bob, {
      url: `${door.url}/graphql`,
      token() {
        if (isSignedIn) return acme.bob.token
        throw new Error('The sign-in is away.')
      },
      onStatus: (_status, problem) => problems.push(problem),
    })
    const conversationId = await acme.alice.group('Signed in', [acme.bob])
    const { events: after } = await cursorsOf(acme.bob, conversationId)
    const stream = bob.conversationEvents(conversationId, { after })
    await acme.alice.say({ conversationId }, 'before')
    await take(stream, 1)
    isSignedIn = false
    door.cut()
    const expected = {
      code: 'UNAVAILABLE',
      message: 'There is no access token: Error: The sign-in is away.',
      cause: new Error('The sign-in is away.'),
    }
    await expect.poll(() => problems, { timeout: 30_000 }).toContainEqual(expect.objectContaining(expected))
    isSignedIn = true
    await acme.alice.say({ conversationId }, 'after')
    expect(await take(stream, 1)).toMatchObject([{ message: { body: 'after' } }])
  })

  it('end when there is no token to be had any more', async () => {
    const token = vi.fn(() => {
      throw new ColloquyError('UNAUTHENTICATED', 'Signed out.')
    })
    await using bob = libraryOf(acme.bob, { token })
    await expect(bob.inboxEvents({ after: 'x' }).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(token).toHaveBeenCalledTimes(3)
  })
})

describe('after an outage', () => {
  /** A network that is away for the first calls, and a server that refuses the next ones. */
  function away(calls: number, ...rejections: string[]): { fetch: typeof fetch; made(): number } {
    let made = 0
    return {
      made: () => made,
      fetch(...call) {
        made += 1
        if (made <= calls) return Promise.reject(new Error('No network.'))
        const code = rejections[made - calls - 1]
        if (code === undefined) return fetch(...call)
        return Promise.resolve(Response.json({ errors: [{ message: 'Not now.', extensions: { code } }] }))
      },
    }
  }
  const beginsAtOnce = () => vi.spyOn(Math, 'random').mockReturnValue(0.001)

  it('a send bears as many faults of the server as without it', async () => {
    beginsAtOnce()
    const { fetch, made } = away(6, 'INTERNAL_SERVER_ERROR', 'UNAUTHENTICATED')
    await using alice = libraryOf(acme.alice, { fetch })
    const conversationId = await acme.alice.group('After an outage', [acme.bob])
    const sent = await alice.sendMessage({ conversationId, body: 'said' })
    expect(sent.__typename).toBe('SendMessagePayload')
    expect(made()).toBe(9)
  })

  it('a stream reads the data anew when its cursor has expired meanwhile', async () => {
    beginsAtOnce()
    const { fetch } = away(6)
    await using bob = libraryOf(acme.bob, { fetch })
    const conversationId = await acme.alice.group('Expired', [acme.bob])
    const reload = vi.fn(async () => (await cursorsOf(acme.bob, conversationId)).events)
    const stream = bob.conversationEvents(conversationId, { after: 'no cursor any more', reload })
    const heard = take(stream, 1)
    await expect.poll(() => reload.mock.calls.length, { timeout: 30_000 }).toBe(1)
    await acme.alice.say({ conversationId }, 'after')
    expect(await heard).toMatchObject([{ message: { body: 'after' } }])
  })
})
