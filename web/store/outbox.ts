import { signal } from '@preact/signals'
import { ColloquyError } from '../../src/client/errors.ts'
import { SendDocument, type SendMutationVariables } from '../api/operations.ts'
import { newKey } from './new-key.ts'
import type { Session } from './session.ts'
import type { Message } from './types.ts'

/** A message that the server has not answered yet. */
export interface Unsent {
  /** Idempotency key and client message id in one. */
  key: string
  conversationId: string
  body: string
  subject?: string | undefined
  priority?: SendMutationVariables['input']['priority']
  parentId?: string | undefined
  mentionIds?: string[] | undefined
  attachmentIds?: string[] | undefined
  createdAt: string
  /** The server's words, if it has refused the message. */
  refused: string | null
}

const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 15_000
/** Keys are remembered by the server for a day; later a repeated message could be stored twice. */
const MAX_AGE_MS = 23 * 60 * 60 * 1000

/**
 * Messages on their way. They lie in the browser's storage with their idempotency keys until the server has answered, so
 * that each is stored once although pages are left and servers fail. One tab sends at a time.
 */
export class Outbox {
  readonly entries = signal<readonly Unsent[]>([])
  /** Time at which sending goes on after a rate limit, in milliseconds. */
  readonly resumesAt = signal<number | null>(null)
  onSent: (message: Message, warning: string | null) => void = () => {}
  readonly #session: Session
  readonly #leave: () => void
  #isRunning = false
  #stopped = new AbortController()

  constructor(session: Session) {
    this.#session = session
    this.#refresh()
    this.#leave = session.memory.onChange('outbox', () => {
      this.#refresh()
      void this.flush()
    })
    void this.flush()
  }

  add(draft: Omit<Unsent, 'key' | 'createdAt' | 'refused'>): void {
    this.#write((entries) => [...entries, { ...draft, ...keyAndTime(), refused: null }])
    void this.flush()
  }

  retry(key: string): void {
    const again = (entry: Unsent) => ({ ...entry, ...(isOld(entry) && keyAndTime()), refused: null })
    this.#write((entries) => entries.map((entry) => (entry.key === key ? again(entry) : entry)))
    void this.flush()
  }

  discard(key: string): void {
    this.#write((entries) => entries.filter((entry) => entry.key !== key))
  }

  close(): void {
    this.#leave()
    this.#stopped.abort()
  }

  /** Sends what waits, oldest first. Another tab that is sending already does it instead. */
  async flush(): Promise<void> {
    if (this.#isRunning || this.#stopped.signal.aborted) return
    this.#isRunning = true
    try {
      if (!navigator.locks) await this.#sendAll()
      else {
        const options = { signal: this.#stopped.signal }
        await navigator.locks.request(`colloquy outbox ${this.#session.scope}`, options, () =>
          this.#sendAll(),
        )
      }
    } catch {
      // The page is going away.
    } finally {
      this.#isRunning = false
    }
    if (this.#next() && !this.#stopped.signal.aborted) void this.flush()
  }

  async #sendAll(): Promise<void> {
    this.#refresh()
    let waitMs = FIRST_WAIT_MS
    for (let entry = this.#next(); entry && !this.#stopped.signal.aborted; entry = this.#next()) {
      const result = await this.#send(entry)
      if (result === 'done') waitMs = FIRST_WAIT_MS
      else {
        await this.#pause(result.retryAfterMs ?? waitMs, result.code === 'RATE_LIMITED')
        waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)
      }
      this.#refresh()
    }
  }

  #next(): Unsent | undefined {
    return this.entries.value.find(({ refused }) => refused === null)
  }

  /** Returns the error if the message is to be sent again. */
  async #send({ key, createdAt: _, refused: __, ...input }: Unsent): Promise<'done' | ColloquyError> {
    try {
      const keyed = { ...input, idempotencyKey: key, clientMessageId: key }
      const { result } = await this.#session.request(SendDocument, { input: keyed })
      if (result.__typename === 'SendMessagePayload') {
        this.onSent(result.message, result.warning?.detail ?? null)
        this.discard(key)
      } else this.#refuse(key, result.detail)
      return 'done'
    } catch (error) {
      const problem = error instanceof ColloquyError ? error : new ColloquyError('UNAVAILABLE', String(error))
      // A person who is signed out comes back and finds the message waiting.
      if (problem.code === 'UNAUTHENTICATED') this.close()
      if (problem.isPassing || problem.code === 'UNAUTHENTICATED') return problem
      this.#refuse(key, problem.message)
      return 'done'
    }
  }

  #refuse(key: string, detail: string): void {
    this.#write((entries) =>
      entries.map((entry) => (entry.key === key ? { ...entry, refused: detail } : entry)),
    )
  }

  async #pause(ms: number, isLimit: boolean): Promise<void> {
    if (isLimit) this.resumesAt.value = Date.now() + ms
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms)
      const { signal } = this.#stopped
      function done() {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        removeEventListener('online', done)
        resolve()
      }
      signal.addEventListener('abort', done)
      if (!isLimit) addEventListener('online', done)
    })
    this.resumesAt.value = null
  }

  #refresh(): void {
    const stored = this.#session.memory.read<Unsent[]>('outbox') ?? []
    this.entries.value = stored.map((entry) =>
      isOld(entry) ? { ...entry, refused: entry.refused ?? '' } : entry,
    )
  }

  #write(change: (entries: readonly Unsent[]) => Unsent[]): void {
    const stored = this.#session.memory.read<Unsent[]>('outbox') ?? []
    this.entries.value = change(stored)
    this.#session.memory.write('outbox', this.entries.value)
  }
}

function isOld({ createdAt }: Unsent): boolean {
  return Date.now() - Date.parse(createdAt) > MAX_AGE_MS
}

function keyAndTime(): Pick<Unsent, 'key' | 'createdAt'> {
  return { key: newKey(), createdAt: new Date().toISOString() }
}
