import { signal } from '@preact/signals'
import { ColloquyError } from '../../src/client/errors.ts'
import { createRequest, type Request, type TypedDocument } from '../../src/client/request.ts'
import { StartDocument, type StartQuery } from '../api/operations.ts'
import type { Link } from '../link/link.ts'
import { openTab } from '../link/open-tab.ts'
import { errorOf } from '../link/problem.ts'
import type { InboxEvent, Notification, PresenceEvent, Problem } from '../link/protocol.ts'
import { hasHub } from '../link/transports.ts'
import { Inbox } from './inbox.ts'
import { createMemory, type Memory, noMemory } from './memory.ts'
import { type Phase, phaseAfter } from './phase.ts'
import { PresenceBoard } from './presence.ts'
import type { SessionOptions } from './session-options.ts'
import { personOf } from './token.ts'
import type { Me, Preferences } from './types.ts'

const PRESENCE_AGAIN_MS = 1_000
const START_AGAIN_MS = 3_000

/** One person's sign-in in this page: it reads, follows and asks the server as long as the person stays. It knows no DOM. */
export class Session {
  readonly phase = signal<Phase>('starting')
  /** The server's words on why the session does not work. */
  readonly problem = signal('')
  readonly me = signal<Me | null>(null)
  readonly preferences = signal<Preferences>({
    sound: false,
    browserNotifications: false,
    emailWhenOffline: false,
  })
  readonly presence = new PresenceBoard()
  readonly inbox = new Inbox(this.presence)
  /** Bounds of texts, as the server tells them. */
  limits: StartQuery['serverInfo'] = { maxBodyBytes: 32_768, maxSubjectLength: 255 }
  /** False while no socket is open. */
  readonly connected = signal(true)
  /** True while the company refuses to be written to. */
  readonly isReadOnly = signal(false)
  onNotify: (event: Notification) => void = () => {}
  onReset: () => void = () => {}
  /** Called as the person leaves this page, whichever tab they sign out in. */
  onLeave: () => void = () => {}
  /** Called in the tab they sign out in, with the last requests of the person. */
  onSignOut: (request: Session['request']) => Promise<void> = async () => {}

  /** The browser's storage for this person, beyond the tab and within it. */
  memory: Memory = noMemory
  tabMemory: Memory = noMemory
  scope = ''
  /** Ends when the person signs out, and with it all that runs for them; the next one has another. */
  stay = new AbortController()
  readonly options: SessionOptions
  readonly #send: Request
  #link: Link | undefined
  #tabs: BroadcastChannel | undefined
  #leave: (() => void)[] = []
  #hasSocket = true

  constructor(options: SessionOptions) {
    this.options = options
    this.#send = this.#requestWith(() => options.token.get())
  }

  /** Signs in and follows the inbox. Problems show as the phase. */
  async start(): Promise<void> {
    if (this.stay.signal.aborted) this.stay = new AbortController()
    const { signal } = this.stay
    let token: string
    try {
      token = await this.options.token.get()
    } catch (error) {
      if (signal.aborted || this.noteProblem(error, true)) return
      await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS))
      return signal.aborted ? undefined : this.start()
    }
    if (signal.aborted) return
    this.#enter(personOf(token))
    await this.#open()
  }

  /** Another person than before finds nothing of the one before. */
  #enter(person: string): void {
    const { url, companyId } = this.options
    const scope = `${url}|${companyId ?? ''}|${person}`
    if (this.memory !== noMemory) {
      if (scope === this.scope) return
      this.#forget()
      this.stay = new AbortController()
    }
    this.scope = scope
    this.memory = createMemory('localStorage', scope)
    this.tabMemory = createMemory('sessionStorage', scope)
    this.#tabs?.close()
    // A person who signs out in one tab has left them all, in whichever company.
    this.#tabs = globalThis.BroadcastChannel && new BroadcastChannel(`colloquy ${url}|${person}`)
    if (this.#tabs) this.#tabs.onmessage = () => this.#end()
  }

  /** The link of the tab; streams of conversations use it too. */
  get link(): Link | undefined {
    return this.#link
  }

  /** Sends an operation. Throws ColloquyError, and shows those that concern the session. With the person's stay it ends too. */
  async request<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    stay = this.stay.signal,
  ): Promise<Data> {
    stay.throwIfAborted()
    const send = () =>
      (this.#send as (...all: unknown[]) => Promise<Data>)(document, variables, { signal: stay })
    const fail = (error: unknown) => {
      stay.throwIfAborted()
      this.noteProblem(error)
      throw error
    }
    return send().catch((error) => {
      if (stay.aborted || !(error instanceof ColloquyError) || error.code !== 'UNAUTHENTICATED')
        return fail(error)
      this.options.token.drop()
      return send().catch(fail)
    })
  }

  #requestWith(token: () => string | Promise<string>): Request {
    const { url, companyId } = this.options
    return createRequest({ url: () => url, token, companyId, fetch: (...call) => fetch(...call) })
  }

  /** Releases what other tabs wait for: a frozen page would keep it. */
  pause(): void {
    for (const leave of this.#leave.splice(0)) leave()
    this.#link?.close()
    this.#link = undefined
  }

  /** Comes back from the browser's cache of pages. */
  async resume(): Promise<void> {
    if (this.#link || this.stay.signal.aborted || !this.scope) return
    await this.#open()
    this.onReset()
  }

  /**
   * Closes everything in all tabs and removes what the browser keeps for the person, at once; ends when the server has been told.
   */
  signOut(): Promise<void> {
    const token = this.options.token.end()
    const last = this.#requestWith(() => token || Promise.reject(signedOut()))
    const told = this.onSignOut(last as Session['request']).catch(() => {})
    this.#link?.signOut()
    this.#tabs?.postMessage('')
    this.#end()
    return told
  }

  #end(): void {
    this.options.token.end()
    this.#forget()
    this.memory.wipe()
    this.tabMemory.wipe()
    this.memory = this.tabMemory = noMemory
    // Files that wait to be sent.
    globalThis.indexedDB?.deleteDatabase(`colloquy:${this.scope}`)
    this.phase.value = 'signed-out'
  }

  #forget(): void {
    this.stay.abort(signedOut())
    this.onLeave()
    this.pause()
    this.me.value = null
    this.inbox.clear()
  }

  /** True if the error is one of the session, which then shows it. */
  noteProblem(error: unknown, isStart = false): boolean {
    if (!(error instanceof ColloquyError)) return false
    const phase = phaseAfter(error.code, isStart)
    if (error.code === 'READ_ONLY') this.isReadOnly.value = true
    if (!phase) return false
    this.problem.value = error.message
    this.phase.value = phase
    return true
  }

  async #open(): Promise<void> {
    const { signal } = this.stay
    // A hub has as many bytes as half of the widget: where none runs, the number of unread messages does not wait for it.
    let early = (await hasHub(this.scope)) ? '' : await this.#read().catch(() => '')
    if (signal.aborted || this.phase.value === 'signed-out') return
    const onHeld = (release: () => void) => this.#leave.push(release)
    const link = await openTab(this.scope, this.options, signal, onHeld, {
      onStatus: (connected, problem) => this.#noteStatus(connected, problem),
      onNotify: (event) => this.onNotify(event),
    })
    if (!link) return this.pause()
    this.#link = link
    this.#leave.push(
      link.follow('inbox', {
        read: async (isCursorWanted) => {
          const cursor = isCursorWanted && early
          early = ''
          return cursor || this.#read()
        },
        event: (event: InboxEvent) => this.inbox.take(event),
        ended: (problem) => problem && this.noteProblem(errorOf(problem), true),
      }),
      link.follow('presence', {
        read: () => this.presence.read(this),
        event: ({ user, status }: PresenceEvent) => this.presence.note(user.id, status),
        ended: () => {},
      }),
    )
  }

  /** The browser has lost or found its network, which the socket notices later. */
  noteNetwork(isOnline: boolean): void {
    this.connected.value = isOnline && this.#hasSocket
  }

  #noteStatus(connected: boolean, problem: Problem | null): void {
    // Before the first connection nothing is wrong yet.
    this.#hasSocket = connected || problem === null
    this.connected.value = this.#hasSocket
    if (problem?.code === 'UNAUTHENTICATED') this.options.token.drop()
    if (problem?.code === 'OUTDATED') this.noteProblem(errorOf(problem))
    // Changes are not replayed: whoever came while the subscription began is read a moment later.
    if (connected) setTimeout(() => void this.presence.read(this).catch(() => {}), PRESENCE_AGAIN_MS)
  }

  async #read(): Promise<string> {
    const { serverInfo, viewer, conversations } = await this.request(StartDocument, {})
    this.limits = serverInfo
    const { user, company, permissions, preferences, unread } = viewer
    this.me.value = { id: user.id, name: user.name, company: company.name, permissions }
    this.preferences.value = preferences
    this.inbox.unread.value = unread
    this.inbox.add(conversations)
    this.phase.value = 'ready'
    return viewer.inboxCursor
  }
}

function signedOut(): ColloquyError {
  return new ColloquyError('UNAUTHENTICATED', 'The person has signed out.')
}
