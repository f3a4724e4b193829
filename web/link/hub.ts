import { askOverSocket } from '../../src/client/ask-over-socket.ts'
import type { Connection } from '../../src/client/connection.ts'
import type { ColloquyError } from '../../src/client/errors.ts'
import { HeartbeatDocument } from '../../src/client/operations.ts'
import { type RequestTarget, signalOf, type TypedDocument, textOf } from '../../src/client/request.ts'
import { openStream } from '../../src/client/stream.ts'
import { createTransport } from '../../src/client/transport.ts'
import {
  InboxDocument,
  ModerationDocument,
  PresenceChangesDocument,
  ThreadDocument,
} from '../api/operations.ts'
import { problemOf } from './problem.ts'
import type { FromHub, Notification, Problem, StreamKey, TabState, ToHub } from './protocol.ts'
import { ticketFor } from './ticket.ts'
import { createTokenQueue } from './token-queue.ts'

/** One socket for all tabs of a person: a hub holds the client, and tabs follow its streams. */
export interface Hub {
  /** Adds a tab; the returned function takes its messages. */
  add(tab: string, post: (message: FromHub) => void): (message: ToHub) => void
  remove(tab: string): void
  close(): void
}

interface Tab {
  post(message: FromHub): void
  streams: Set<StreamKey>
  state: TabState
}

interface Running {
  stop: AbortController
  hasBegun: boolean
  giveCursor: ((cursor: string) => void) | undefined
}

const HEARTBEAT_MS = 25_000
/** A navigation leaves no tab for a moment; the socket survives it. */
const WITHOUT_TABS_MS = 10_000

/** Creates a hub. It connects with the first stream that a tab follows. */
export function createHub(url: string, companyId: string | undefined): Hub {
  return new TabHub(url, companyId)
}

class TabHub implements Hub {
  readonly #tabs = new Map<string, Tab>()
  readonly #streams = new Map<StreamKey, Running>()
  readonly #tokens = createTokenQueue((message) => this.#picked()?.post(message))
  readonly #url: string
  readonly #companyId: string | undefined
  #connection: Connection | undefined
  #closing: ReturnType<typeof setTimeout> | undefined
  #heart: ReturnType<typeof setInterval> | undefined
  #status: Extract<FromHub, { type: 'status' }> = { type: 'status', connected: false, problem: null }

  constructor(url: string, companyId: string | undefined) {
    this.#url = url
    this.#companyId = companyId
  }

  add(id: string, post: (message: FromHub) => void): (message: ToHub) => void {
    clearTimeout(this.#closing)
    const state = { visible: true, active: true, usedAt: Date.now() }
    const tab: Tab = { post, streams: new Set(), state }
    this.#tabs.set(id, tab)
    post(this.#status)
    // A question that was put to a tab which has gone since.
    this.#tokens.repeat()
    return (message) => {
      if (this.#tabs.get(id) === tab) this.#take(id, tab, message)
    }
  }

  remove(id: string): void {
    const tab = this.#tabs.get(id)
    if (!tab) return
    this.#tabs.delete(id)
    for (const stream of tab.streams) this.#leave(stream)
    this.#tokens.repeat()
    if (this.#tabs.size === 0) this.#closing = setTimeout(() => this.close(), WITHOUT_TABS_MS)
  }

  close(): void {
    clearTimeout(this.#closing)
    clearInterval(this.#heart)
    for (const { stop } of this.#streams.values()) stop.abort()
    this.#streams.clear()
    this.#connection?.close()
    this.#connection = undefined
    this.#heart = undefined
  }

  #take(id: string, tab: Tab, message: ToHub): void {
    if (message.type === 'state') this.#note(tab, message.state)
    else if (message.type === 'follow') this.#follow(tab, message.stream)
    else if (message.type === 'leave') {
      tab.streams.delete(message.stream)
      this.#leave(message.stream)
    } else if (message.type === 'cursor') this.#streams.get(message.stream)?.giveCursor?.(message.cursor)
    else if (message.type === 'token' || message.type === 'no-token') this.#tokens.answer(message)
    else if (message.type === 'bye') this.remove(id)
    else if (message.type === 'sign-out') this.close()
  }

  #note(tab: Tab, state: TabState): void {
    const wasActive = this.#isActive()
    tab.state = state
    if (wasActive !== this.#isActive()) this.#beat()
  }

  #follow(tab: Tab, stream: StreamKey): void {
    tab.streams.add(stream)
    const running = this.#streams.get(stream)
    if (!running) this.#start(stream)
    else tab.post(running.hasBegun ? { type: 'begun', stream } : { type: 'cursor-wanted', stream })
  }

  /** Ends a stream that no tab follows any more. Inbox and presence last over a navigation. */
  #leave(stream: StreamKey): void {
    if (this.#followers(stream).length > 0 || stream === 'inbox' || stream === 'presence') {
      this.#askAgain(stream)
      return
    }
    this.#streams.get(stream)?.stop.abort()
    this.#streams.delete(stream)
  }

  #askAgain(stream: StreamKey): void {
    if (this.#streams.get(stream)?.giveCursor) this.#tell(stream, { type: 'cursor-wanted', stream })
  }

  #start(stream: StreamKey): void {
    const running: Running = { stop: new AbortController(), hasBegun: false, giveCursor: undefined }
    this.#streams.set(stream, running)
    void this.#run(stream, running).then((problem) => {
      if (running.stop.signal.aborted) return
      this.#streams.delete(stream)
      this.#tell(stream, { type: 'ended', stream, problem })
    })
  }

  /** Delivers a stream to its end, and returns the problem that ended it. */
  async #run(stream: StreamKey, running: Running): Promise<Problem | null> {
    try {
      for await (const event of this.#open(stream, running)) {
        this.#tell(stream, { type: 'event', stream, event })
        const noted = event as Partial<Notification>
        if (stream === 'inbox' && noted.notify)
          this.#picked()?.post({ type: 'notify', event: noted as Notification })
      }
      return null
    } catch (error) {
      return problemOf(error)
    }
  }

  #open(stream: StreamKey, running: Running): AsyncIterable<unknown> {
    const { signal } = running.stop
    const open = (
      document: TypedDocument<unknown, never>,
      variables: object,
      reload?: () => Promise<string>,
    ) => openStream<unknown>(this.#connected(), { query: textOf(document), variables, reload, signal })
    if (stream === 'presence' || stream === 'moderation') {
      this.#begin(stream, running)
      return open(stream === 'presence' ? PresenceChangesDocument : ModerationDocument, {})
    }
    // Tabs read the data and give the cursor that they have read with them, so no event is missed.
    const reload = () =>
      new Promise<string>((resolve) => {
        running.hasBegun = false
        running.giveCursor = (cursor) => {
          running.giveCursor = undefined
          running.hasBegun = true
          resolve(cursor)
        }
        this.#tell(stream, { type: 'cursor-wanted', stream })
      })
    if (stream === 'inbox') return open(InboxDocument, {}, reload)
    const conversationId = stream.slice('thread:'.length)
    return open(ThreadDocument, { conversationId }, reload)
  }

  #begin(stream: StreamKey, running: Running): void {
    running.hasBegun = true
    this.#tell(stream, { type: 'begun', stream })
  }

  #connected(): Connection {
    const target: RequestTarget = {
      url: () => this.#url,
      companyId: this.#companyId,
      token: () => this.#tokens.ask(),
      fetch: (...call) => fetch(...call),
    }
    this.#connection ??= createTransport(
      target,
      {
        webSocket: undefined,
        ticket: () => ticketFor(target),
        onStatus: (status, problem) => this.#noteStatus(status === 'connected', problem),
      },
      'auto',
    )
    this.#heart ??= setInterval(() => this.#beat(), HEARTBEAT_MS)
    return this.#connection
  }

  #noteStatus(connected: boolean, problem: ColloquyError | undefined): void {
    this.#status = { type: 'status', connected, problem: problem ? problemOf(problem) : null }
    for (const { post } of this.#tabs.values()) post(this.#status)
    if (connected) this.#beat()
  }

  #isActive(): boolean {
    return [...this.#tabs.values()].some(({ state }) => state.active)
  }

  #beat(): void {
    if (!this.#status.connected || this.#tabs.size === 0) return
    const status = this.#isActive() ? 'ONLINE' : 'AWAY'
    const beat = { document: HeartbeatDocument, variables: { input: { status } } } as const
    // The next beat repeats one that fails.
    askOverSocket(this.#connected(), { ...beat, signal: signalOf(undefined) }).catch(() => {})
  }

  #followers(stream: StreamKey): Tab[] {
    return [...this.#tabs.values()].filter(({ streams }) => streams.has(stream))
  }

  #tell(stream: StreamKey, message: FromHub): void {
    for (const { post } of this.#followers(stream)) post(message)
  }

  /** The tab that the person has used last: it alone notifies, and it is asked for tokens. */
  #picked(): Tab | undefined {
    const rank = ({ state }: Tab) => (state.visible ? 1e15 : 0) + state.usedAt
    return [...this.#tabs.values()].sort((a, b) => rank(b) - rank(a))[0]
  }
}
