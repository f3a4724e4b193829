import type { FromHub, Notification, Problem, StreamKey, TabState, ToHub } from './protocol.ts'

/** A way to the hub: in a shared worker, in another tab, or in this one. */
export interface Transport {
  post(message: ToHub): void
  close(): void
}

/** Opens a transport. `onHub` is called whenever there is a hub that knows nothing of this tab. */
export type OpenTransport = (callbacks: { onMessage(message: FromHub): void; onHub(): void }) => Transport

/** A reader of one stream. */
export interface Follower {
  /**
   * Reads the data and returns the cursor that was read with them. Called at the beginning, and when events were lost. If the
   * cursor is wanted, events come from it on; otherwise they come already, and only data that are read now agree with them.
   */
  read(isCursorWanted: boolean): Promise<string>
  event(event: never): void
  ended(problem: Problem | null): void
}

/** The calls of the hub to this tab. */
export interface LinkCallbacks {
  token(): Promise<string>
  problemOf(error: unknown): Problem
  onStatus(connected: boolean, problem: Problem | null): void
  onNotify(event: Notification): void
}

/** The streams of this tab. */
export interface Link {
  /** Follows a stream until the returned function is called. */
  follow(stream: StreamKey, follower: Follower): () => void
  note(state: TabState): void
  signOut(): void
  close(): void
}

const AGAIN_MS = 2_000

/** Creates the link of a tab over a transport. */
export function createLink(open: OpenTransport, hello: ToHub, callbacks: LinkCallbacks): Link {
  const followers = new Map<StreamKey, { follower: Follower; waiting: unknown[] | null }>()
  let state: TabState | undefined
  const transport = open({
    onMessage: (message) => void take(message),
    onHub() {
      transport?.post(hello)
      if (state) transport?.post({ type: 'state', state })
      for (const stream of followers.keys()) transport?.post({ type: 'follow', stream })
    },
  })

  async function take(message: FromHub): Promise<void> {
    if (message.type === 'status') return callbacks.onStatus(message.connected, message.problem)
    if (message.type === 'notify') return callbacks.onNotify(message.event)
    if (message.type === 'token-wanted') return giveToken(message.ask)
    const followed = followers.get(message.stream)
    if (!followed) return
    if (message.type === 'ended') return followed.follower.ended(message.problem)
    if (message.type === 'event') {
      if (followed.waiting) followed.waiting.push(message.event)
      else followed.follower.event(message.event as never)
      return
    }
    await read(message.stream, followed, message.type === 'cursor-wanted')
  }

  /** Events that arrive while the data are read come after them. */
  async function read(
    stream: StreamKey,
    followed: { follower: Follower; waiting: unknown[] | null },
    isWanted: boolean,
  ): Promise<void> {
    followed.waiting ??= []
    try {
      const cursor = await followed.follower.read(isWanted)
      if (followers.get(stream) !== followed) return
      if (isWanted) transport.post({ type: 'cursor', stream, cursor })
      const waiting = followed.waiting ?? []
      followed.waiting = null
      for (const event of waiting) followed.follower.event(event as never)
    } catch (error) {
      const problem = callbacks.problemOf(error)
      if (followers.get(stream) !== followed) return
      if (!['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'].includes(problem.code)) {
        followers.delete(stream)
        transport.post({ type: 'leave', stream })
        return followed.follower.ended(problem)
      }
      setTimeout(() => followers.get(stream) === followed && void read(stream, followed, isWanted), AGAIN_MS)
    }
  }

  async function giveToken(ask: number): Promise<void> {
    try {
      transport.post({ type: 'token', ask, token: await callbacks.token() })
    } catch (error) {
      transport.post({ type: 'no-token', ask, problem: callbacks.problemOf(error) })
    }
  }

  return {
    follow(stream, follower) {
      const followed = { follower, waiting: [] }
      followers.set(stream, followed)
      transport.post({ type: 'follow', stream })
      return () => {
        if (followers.get(stream) !== followed) return
        followers.delete(stream)
        transport.post({ type: 'leave', stream })
      }
    },
    note(next) {
      state = next
      transport.post({ type: 'state', state: next })
    },
    signOut: () => transport.post({ type: 'sign-out' }),
    close() {
      transport.post({ type: 'bye' })
      transport.close()
    },
  }
}
