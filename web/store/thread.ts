import { computed, signal } from '@preact/signals'
import { PageDocument, type PageQueryVariables, ReadDocument, ReceivedDocument } from '../api/operations.ts'
import type { Problem, ThreadEvent } from '../link/protocol.ts'
import { bySeq, nearest } from './order.ts'
import type { Session } from './session.ts'
import type { Message } from './types.ts'
import { Typing } from './typing.ts'

/** Whether its messages can be shown. */
export type ThreadPhase = 'loading' | 'ready' | 'gone' | 'failed'

type Page = Omit<PageQueryVariables, 'id'>

const PAGE_SIZE = 50
/** Messages in the page at any time; the far end is dropped beyond. */
const MAX_MESSAGES = 300

/** One open conversation: a window of its messages, and those who type in it. */
export class Thread {
  readonly id: string
  readonly phase = signal<ThreadPhase>('loading')
  readonly messages = signal<readonly Message[]>([])
  readonly hasOlder = signal(false)
  readonly hasNewer = signal(false)
  /** Sequence number above the unread line; it stays while the conversation is open. */
  readonly unreadFrom = signal<number | null>(null)
  readonly typing = new Typing()
  /** How far each other person has read here, as far as it is known. */
  readonly readers = signal<ReadonlyMap<string, { name: string; seq: number }>>(new Map())
  /** A message to scroll to, once; one that somebody looks for is marked. */
  readonly target = signal<{ to: number | 'end'; isMarked: boolean } | null>(null)
  readonly conversation
  readonly #session: Session
  readonly #cursors = new Map<string, string>()
  #stop: (() => void) | undefined
  #loading: Promise<void> | undefined
  #markedSeq = 0

  constructor(session: Session, id: string) {
    this.id = id
    this.#session = session
    this.conversation = computed(() => session.inbox.conversations.value.get(id))
  }

  /** Follows the conversation, beginning near `aroundSeq`, the first unread message or the end. */
  open(aroundSeq?: number): void {
    this.#stop?.()
    let first: number | null | undefined = aroundSeq
    this.#stop = this.#session.link?.follow(`thread:${this.id}`, {
      read: () => {
        const around = first
        first = this.hasNewer.value ? (this.messages.value.at(0)?.seq ?? null) : null
        return this.#begin(around)
      },
      event: (event: ThreadEvent) => this.#take(event),
      ended: (problem) => this.#end(problem),
    })
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
    this.typing.clear()
  }

  /** Loads the next page in a direction. One page is loaded at a time. */
  load(direction: 'older' | 'newer'): Promise<void> {
    const has = direction === 'older' ? this.hasOlder : this.hasNewer
    if (!has.value) return Promise.resolve()
    this.#loading ??= this.#loadOne(direction).finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /** Brings a message onto the screen, wherever it is among all. */
  async jump(seq: number): Promise<void> {
    if (!this.messages.value.some((message) => message.seq === seq))
      await this.#replace({ aroundSeq: seq, first: PAGE_SIZE })
    this.target.value = { to: nearest(this.messages.value, seq), isMarked: true }
  }

  /** Brings the newest message onto the screen. */
  async jumpToEnd(): Promise<void> {
    if (this.hasNewer.value) await this.#replace({ last: PAGE_SIZE })
    this.target.value = { to: 'end', isMarked: false }
  }

  /** Marks as read up to the newest message that is on the screen. */
  markRead(seq: number): void {
    const conversation = this.conversation.value
    if (!conversation || seq <= Math.max(this.#markedSeq, conversation.lastReadSeq)) return
    this.#markedSeq = seq
    const input = { conversationId: this.id, upToSeq: seq }
    this.#session.request(ReadDocument, { input }).then(
      ({ result }) => {
        if (result.__typename !== 'MarkReadPayload') return
        this.#session.inbox.upsert(result.conversation)
        this.#session.inbox.unread.value = result.unread
      },
      () => {
        this.#markedSeq = 0
      },
    )
  }

  put(...changed: Message[]): void {
    const next = new Map(this.messages.value.map((message) => [message.id, message]))
    const last = this.messages.value.at(-1)?.seq ?? 0
    for (const message of changed) {
      // A message after a gap of the window comes with its page.
      const isBeyond = this.hasNewer.value && (message.seq ?? 0) > last
      if (next.has(message.id) || !isBeyond) next.set(message.id, message)
    }
    this.messages.value = [...next.values()].sort(bySeq)
    this.#trim('older')
  }

  remove(messageId: string): void {
    this.messages.value = this.messages.value.filter(({ id }) => id !== messageId)
  }

  async #begin(aroundSeq: number | null | undefined): Promise<string> {
    const known = this.conversation.value
    const around = aroundSeq === undefined ? known?.unreadFromSeq : aroundSeq
    const cursor = await this.#replace(around ? { aroundSeq: around, first: PAGE_SIZE } : { last: PAGE_SIZE })
    if (aroundSeq === undefined) this.unreadFrom.value = this.conversation.value?.unreadFromSeq ?? null
    if (this.phase.value !== 'ready') {
      const to = around ? nearest(this.messages.value, around) : 'end'
      this.target.value = { to, isMarked: typeof aroundSeq === 'number' }
      this.phase.value = 'ready'
    }
    this.#acknowledge()
    return cursor
  }

  async #replace(page: Page): Promise<string> {
    const conversation = await this.#fetch(page)
    const { edges, pageInfo } = conversation.messages
    this.#cursors.clear()
    for (const { cursor, node } of edges) this.#cursors.set(node.id, cursor)
    this.hasOlder.value = pageInfo.hasPreviousPage
    this.hasNewer.value = pageInfo.hasNextPage
    this.messages.value = edges.map(({ node }) => node)
    return conversation.eventsCursor
  }

  async #loadOne(direction: 'older' | 'newer'): Promise<void> {
    const { messages } = await this.#fetch(this.#next(direction))
    for (const { cursor, node } of messages.edges) this.#cursors.set(node.id, cursor)
    const known = new Map(this.messages.value.map((message) => [message.id, message]))
    for (const { node } of messages.edges) known.set(node.id, node)
    if (direction === 'older') this.hasOlder.value = messages.pageInfo.hasPreviousPage
    else this.hasNewer.value = messages.pageInfo.hasNextPage
    this.messages.value = [...known.values()].sort(bySeq)
    this.#trim(direction === 'older' ? 'newer' : 'older')
  }

  /** A message that came as an event has no cursor: its page is found by its number. */
  #next(direction: 'older' | 'newer'): Page {
    const edge = direction === 'older' ? this.messages.value[0] : this.messages.value.at(-1)
    const cursor = this.#cursors.get(edge?.id ?? '')
    if (!cursor) return { aroundSeq: edge?.seq ?? 1, first: PAGE_SIZE * 2 }
    return direction === 'older' ? { last: PAGE_SIZE, before: cursor } : { first: PAGE_SIZE, after: cursor }
  }

  async #fetch(page: Page) {
    const { conversation } = await this.#session.request(PageDocument, { id: this.id, ...page })
    if (!conversation) {
      this.#end({ code: 'NOT_FOUND', message: '' })
      throw new Error('The conversation is gone.')
    }
    const { messages: _, eventsCursor: __, ...parts } = conversation
    this.#session.inbox.upsert(parts)
    return conversation
  }

  #trim(end: 'older' | 'newer'): void {
    const { value } = this.messages
    if (value.length <= MAX_MESSAGES) return
    if (end === 'older') {
      this.messages.value = value.slice(-MAX_MESSAGES)
      this.hasOlder.value = true
    } else {
      this.messages.value = value.slice(0, MAX_MESSAGES)
      this.hasNewer.value = true
    }
  }

  #take(event: ThreadEvent): void {
    if (event.__typename === 'MessageSent') {
      this.put(event.message)
      this.typing.note(event.message.author?.id ?? '', '', false)
      if (event.message.author?.id !== this.#session.me.value?.id) this.#acknowledge()
    } else if ('message' in event) this.put(event.message)
    else if ('messageId' in event) this.remove(event.messageId)
    else if (event.__typename === 'TypingChanged')
      this.typing.note(event.user.id, event.user.name, event.typing)
    else if (event.__typename === 'ReceiptAdvanced') this.#noteReceipt(event)
    else if (event.__typename === 'ConversationRemoved') this.#end({ code: 'NOT_FOUND', message: '' })
    else if ('conversation' in event) this.#session.inbox.upsert(event.conversation)
  }

  #noteReceipt({ status, upToSeq, user }: Extract<ThreadEvent, { __typename: 'ReceiptAdvanced' }>): void {
    if (user.id === this.#session.me.value?.id) return
    if (status === 'READ') {
      const seq = Math.max(upToSeq, this.readers.value.get(user.id)?.seq ?? 0)
      this.readers.value = new Map(this.readers.value).set(user.id, { name: user.name, seq })
    }
    this.messages.value = this.messages.value.map((message) =>
      message.status && message.status !== 'READ' && (message.seq ?? Infinity) <= upToSeq && this.#isDirect()
        ? { ...message, status }
        : message,
    )
  }

  #isDirect(): boolean {
    return this.conversation.value?.kind === 'DIRECT'
  }

  /** Tells the server that this browser has received everything so far. */
  #acknowledge(): void {
    const upToSeq = this.messages.value.at(-1)?.seq
    if (!upToSeq || this.hasNewer.value) return
    const input = { marks: [{ conversationId: this.id, upToSeq }] }
    this.#session.request(ReceivedDocument, { input }).catch(() => {})
  }

  #end(problem: Problem | null): void {
    if (problem?.code === 'NOT_FOUND') {
      this.phase.value = 'gone'
      this.#session.inbox.forget(this.id)
    } else if (this.phase.value === 'loading') this.phase.value = 'failed'
  }
}
