import { computed, signal } from '@preact/signals'
import { ColloquyError } from '../../src/client/errors.ts'
import { createRequest, type Request, type TypedDocument } from '../../src/client/request.ts'
import {
  PresenceNowDocument,
  StartDocument,
  type StartQuery,
  type UnreadPartsFragment,
} from '../api/operations.ts'
import { createLink, type Link } from '../link/link.ts'
import { errorOf, problemOf } from '../link/problem.ts'
import type { InboxEvent, Notification, PresenceEvent, Problem } from '../link/protocol.ts'
import { chooseTransport, hasHub } from '../link/transports.ts'
import { byActivity } from './by-activity.ts'
import { holdLock } from './hold-lock.ts'
import { createMemory, type Memory } from './memory.ts'
import { type Phase, phaseAfter } from './phase.ts'
import type { SessionOptions } from './session-options.ts'
import { personOf } from './token.ts'
import type { Conversation, Me, Preferences, Presence } from './types.ts'

const PRESENCE_AGAIN_MS = 1_000

/** The state of one person's messaging in this page, and the calls that change it. It knows no DOM. */
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
  readonly unread = signal<UnreadPartsFragment>({ total: 0, mentions: 0 })
  readonly conversations = signal<ReadonlyMap<string, Conversation>>(new Map())
  /** Conversations of the inbox, latest first. */
  readonly inbox = computed(() => [...this.conversations.value.values()].sort(byActivity))
  /** Cursor of the next page of the inbox; null after the last. */
  readonly more = signal<string | null>(null)
  /** Bounds of texts, as the server tells them. */
  limits: StartQuery['serverInfo'] = { maxBodyBytes: 32_768, maxSubjectLength: 255 }
  readonly presence = signal<ReadonlyMap<string, Presence>>(new Map())
  /** False while no socket is open. */
  readonly connected = signal(true)
  /** True while the company refuses to be written to. */
  readonly isReadOnly = signal(false)
  onNotify: (event: Notification) => void = () => {}
  onReset: () => void = () => {}
  /** Called while the token is still there. */
  onSignOut: () => Promise<void> = async () => {}

  /** The browser's storage for this person, beyond the tab and within it. */
  memory: Memory = createMemory('localStorage', 'nobody')
  tabMemory: Memory = createMemory('sessionStorage', 'nobody')
  scope = ''
  /** Ends when the person signs out; the next one has another. */
  stay = new AbortController()
  readonly options: SessionOptions
  readonly #send: Request
  #link: Link | undefined
  #leave: (() => void)[] = []
  #hasSocket = true

  constructor(options: SessionOptions) {
    this.options = options
    this.#send = createRequest({
      url: () => options.url,
      token: () => options.token.get(),
      companyId: options.companyId,
      fetch: (...call) => fetch(...call),
    })
  }

  /** Signs in and follows the inbox. Problems show as the phase. */
  async start(): Promise<void> {
    let token: string
    try {
      token = await this.options.token.get()
    } catch (error) {
      if (this.noteProblem(error, true)) return
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      return this.start()
    }
    this.scope = `${this.options.url}|${this.options.companyId ?? ''}|${personOf(token)}`
    this.memory = createMemory('localStorage', this.scope)
    this.tabMemory = createMemory('sessionStorage', this.scope)
    await this.#open()
  }

  /** The link of the tab; streams of conversations use it too. */
  get link(): Link | undefined {
    return this.#link
  }

  /** Sends an operation. Throws ColloquyError, and shows those that concern the session. */
  async request<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const send = () => (this.#send as (...all: unknown[]) => Promise<Data>)(document, variables)
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof ColloquyError) || error.code !== 'UNAUTHENTICATED') {
        this.noteProblem(error)
        throw error
      }
      this.options.token.drop()
    }
    return send().catch((error) => {
      this.noteProblem(error)
      throw error
    })
  }

  /** Releases what other tabs wait for: a frozen page would keep it. */
  pause(): void {
    for (const leave of this.#leave.splice(0)) leave()
    this.#link?.close()
    this.#link = undefined
  }

  /** Comes back from the browser's cache of pages. */
  async resume(): Promise<void> {
    if (this.#link || this.scope === '') return
    await this.#open()
    this.onReset()
  }

  /** Closes everything and removes what the browser keeps for the person, at once; ends when the server has been told. */
  signOut(): Promise<void> {
    const told = this.onSignOut().catch(() => {})
    this.#link?.signOut()
    this.pause()
    this.memory.wipe()
    this.tabMemory.wipe()
    // Files that wait to be sent.
    globalThis.indexedDB?.deleteDatabase(`colloquy:${this.scope}`)
    this.stay.abort()
    this.stay = new AbortController()
    this.phase.value = 'signed-out'
    return told
  }

  upsert(...changed: Conversation[]): void {
    const next = new Map(this.conversations.value)
    for (const conversation of changed) next.set(conversation.id, conversation)
    this.conversations.value = next
    for (const { counterpart } of changed) {
      if (counterpart?.presence && !this.presence.value.has(counterpart.id)) {
        this.setPresence(counterpart.id, counterpart.presence.status)
      }
    }
  }

  forget(conversationId: string): void {
    const next = new Map(this.conversations.value)
    next.delete(conversationId)
    this.conversations.value = next
  }

  setPresence(userId: string, status: Presence): void {
    this.presence.value = new Map(this.presence.value).set(userId, status)
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
    const { url, companyId, workerUrl, tier, token } = this.options
    // A hub has as many bytes as half of the widget: where none runs, the number of unread messages does not wait for it.
    let early = (await hasHub(this.scope)) ? '' : await this.#read().catch(() => '')
    if (this.phase.value === 'signed-out') return
    const tab = crypto.getRandomValues(new Uint32Array(2)).join('-')
    const lock = await holdLock(`colloquy tab ${tab}`, (release) => this.#leave.push(release))
    const open = chooseTransport({ scope: this.scope, tab, url, companyId, workerUrl, tier })
    const hello = { type: 'hello', tab, lock, url, companyId } as const
    this.#link = createLink(open, hello, {
      token: () => token.get(),
      problemOf,
      onStatus: (connected, problem) => this.#noteStatus(connected, problem),
      onNotify: (event) => this.onNotify(event),
    })
    this.#leave.push(
      this.#link.follow('inbox', {
        read: async (isCursorWanted) => {
          const cursor = isCursorWanted && early
          early = ''
          return cursor || this.#read()
        },
        event: (event: InboxEvent) => this.#take(event),
        ended: (problem) => problem && this.noteProblem(errorOf(problem), true),
      }),
      this.#link.follow('presence', {
        read: () => this.#readPresence(),
        event: ({ user, status }: PresenceEvent) => this.setPresence(user.id, status),
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
    if (connected) setTimeout(() => void this.#readPresence().catch(() => {}), PRESENCE_AGAIN_MS)
  }

  async #read(): Promise<string> {
    const { serverInfo, viewer, conversations } = await this.request(StartDocument, {})
    this.limits = serverInfo
    const { user, company, permissions, preferences, unread } = viewer
    this.me.value = { id: user.id, name: user.name, company: company.name, permissions }
    this.preferences.value = preferences
    this.unread.value = unread
    this.upsert(...conversations.nodes)
    this.more.value = conversations.pageInfo.hasNextPage ? conversations.pageInfo.endCursor : null
    this.phase.value = 'ready'
    return viewer.inboxCursor
  }

  async #readPresence(): Promise<string> {
    const { presence } = await this.request(PresenceNowDocument, {})
    const next = new Map<string, Presence>([...this.presence.value.keys()].map((id) => [id, 'OFFLINE']))
    for (const { user, status } of presence) next.set(user.id, status)
    this.presence.value = next
    return ''
  }

  #take(event: InboxEvent): void {
    if ('unread' in event) this.unread.value = event.unread
    if (event.__typename === 'ConversationRemoved') this.forget(event.conversationId)
    else if (event.__typename === 'BroadcastReceived') {
      if (event.broadcast.conversation) this.upsert(event.broadcast.conversation)
    } else if ('conversation' in event) this.upsert(event.conversation)
  }
}
