import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import { workRefused } from '../metrics/load-metrics.ts'
import { sendBatchSize, sendStage } from '../metrics/metrics.ts'
import { NO_RULES } from '../visibility/access-rules.ts'
import { SendLanes, type Waiting } from './send-lanes.ts'
import { createSendPace } from './send-pace.ts'
import {
  type BatchRow,
  batchOf,
  findWritten,
  type OutgoingMessage,
  type SentRow,
  sendManyStatement,
  sendOne,
} from './send-statements.ts'

/** Collects the messages that are sent concurrently into batches. */
export interface SendQueue {
  /** Resolves once the message is committed; rejects with the reason why it was not sent. */
  send(message: OutgoingMessage): Promise<SentRow>
  /** Has PostgreSQL plan the statement on all connections, so that no message waits for that. */
  prepare(): Promise<void>
}

const MAX_BATCH = 64
/**
 * Number of concurrent batches. One computes while the other waits for the disk. A company is in one of them at most.
 */
const MAX_IN_FLIGHT = 2
/** Maximum time that a statement waits for a lock. A message that cannot be stored by then is rejected. */
const MAX_WAIT_MS = 4_000
/** Maximum time that a company's messages wait for one that waits for the company's stream. */
const MAX_HOLD_MS = 50
/** Minimum size of batches from which the time per message is measured. */
const MEASURED_BATCH = 16
const MIN_RETRY_MS = 100

/** Notifies subscribers that the company has reached this position. */
type Notify = (companyId: string, position: number) => void

/** Creates the process's queue. */
export function createSendQueue(database: Pick<Database, 'batch'>, notify: Notify): SendQueue {
  return new BatchingQueue(database, notify)
}

class BatchingQueue implements SendQueue {
  readonly #database: Pick<Database, 'batch'>
  readonly #notify: Notify
  readonly #lanes = new SendLanes()
  readonly #pace = createSendPace()
  /** Sends under an idempotency key that have not ended, by person and key. */
  readonly #sending = new Map<string, Promise<unknown>>()
  #inFlight = 0
  #isDue = false
  /** When the last batch went, or the first message came after it. */
  #waitingSince = 0
  #timer: NodeJS.Timeout | undefined
  #msPerMessage = 1

  constructor(database: Pick<Database, 'batch'>, notify: Notify) {
    this.#database = database
    this.#notify = notify
  }

  async prepare(): Promise<void> {
    const none = batchOf([])
    // Concurrent, so that each takes a connection of its own. One that fails is planned with its first batch.
    await Promise.allSettled(
      Array.from({ length: MAX_IN_FLIGHT }, () => this.#database.batch(sendManyStatement, none)),
    )
  }

  send(message: OutgoingMessage): Promise<SentRow> {
    if (message.key === null) return this.#sendOrQueue(message)
    const name = `${message.companyId} ${message.authorId} ${message.key}`
    const earlier = this.#sending.get(name)
    // A call with the same key waits for the earlier one, and is answered with its result.
    const sent = earlier ? earlier.then(() => this.#sendAlone(message)) : this.#sendOrQueue(message)
    const done = sent.then(
      () => {},
      () => {},
    )
    this.#sending.set(name, done)
    void done.then(() => {
      if (this.#sending.get(name) === done) this.#sending.delete(name)
    })
    return sent
  }

  /** Messages that arrive in the same turn of the event loop are sent together at least. */
  #schedule(): void {
    if (this.#isDue || this.#lanes.size === 0) return
    clearTimeout(this.#timer)
    const dueInMs = this.#pace.dueInMs(this.#lanes.size, this.#waitingSince, this.#inFlight)
    if (dueInMs > 0) this.#timer = setTimeout(() => this.#schedule(), dueInMs)
    else {
      this.#isDue = true
      setImmediate(() => this.#start())
    }
  }

  #start(): void {
    this.#isDue = false
    while (
      this.#inFlight < MAX_IN_FLIGHT &&
      this.#pace.dueInMs(this.#lanes.size, this.#waitingSince, this.#inFlight) === 0
    ) {
      const { batch, late } = this.#lanes.take(MAX_BATCH, performance.now() - MAX_WAIT_MS)
      for (const entry of late) entry.reject(overloaded(MIN_RETRY_MS))
      if (batch.length === 0) return
      void this.#run(batch)
    }
  }

  async #run(batch: Waiting[]): Promise<void> {
    this.#inFlight += 1
    this.#pace.began(batch.length)
    const began = performance.now()
    this.#waitingSince = began
    sendBatchSize.observe(batch.length)
    for (const { since } of batch) sendStage.observe({ stage: 'queue' }, (began - since) / 1000)
    const values = batchOf(batch.map(({ message }) => message))
    try {
      const rows = await this.#database.batch(sendManyStatement, values)
      if (rows.length !== batch.length) throw new Error('send_messages returned another number of rows')
      const tookMs = performance.now() - began
      sendStage.observe({ stage: 'batch' }, tookMs / 1000)
      if (batch.length >= MEASURED_BATCH)
        this.#msPerMessage += (tookMs / batch.length - this.#msPerMessage) / 4
      this.#settle(batch, rows)
    } catch {
      // Each message's own attempt returns the reason.
      for (const entry of batch) entry.resolve(this.#notified(entry.message, sendAfterFailure(entry.message)))
    }
    this.#inFlight -= 1
    for (const companyId of new Set(batch.map(({ message }) => message.companyId)))
      this.#lanes.release(companyId)
    this.#schedule()
  }

  #settle(batch: Waiting[], rows: BatchRow[]): void {
    const again: Waiting[] = []
    const heldCompanies = new Set<string>()
    const positions = new Map<string, number>()
    for (const row of rows.toSorted((one, other) => one.item - other.item)) {
      const entry = batch[row.item - 1]
      if (!entry) throw new Error('send_messages returned a row of no message')
      const { message } = entry
      if (row.outcome === 'SENT') {
        const { seq, createdAt, position } = row
        positions.set(message.companyId, Number(position))
        if (message.act.origin) message.act.origin.isStored = true
        entry.resolve({
          ...{ messageId: message.messageId, replayed: false, depth: 0, seq, createdAt, position },
          ...{ penalty: null, cooldownUntil: null },
        })
      } else if (row.outcome === 'COMPANY_BUSY') {
        if (heldCompanies.has(message.companyId)) again.push(entry)
        else void this.#waitForStream(entry)
        heldCompanies.add(message.companyId)
      } else if (row.outcome === 'BUSY') {
        if (this.#lanes.holdConversation(message)) void this.#waitForConversation(entry)
        else again.push(entry)
      } else {
        entry.resolve(this.#sendAlone(message))
      }
    }
    for (const [companyId, position] of positions) this.#notify(companyId, position)
    this.#lanes.putBack(again)
  }

  async #waitForStream(entry: Waiting): Promise<void> {
    const { companyId } = entry.message
    this.#lanes.hold(companyId)
    const sent = this.#sendAlone(entry.message)
    entry.resolve(sent)
    await Promise.race([sent.catch(() => {}), delay(MAX_HOLD_MS, undefined, { ref: false })])
    this.#lanes.release(companyId)
    this.#schedule()
  }

  async #waitForConversation(entry: Waiting): Promise<void> {
    const sent = this.#sendAlone(entry.message)
    entry.resolve(sent)
    await sent.catch(() => {})
    this.#lanes.releaseConversation(entry.message)
    this.#schedule()
  }

  #sendAlone(message: OutgoingMessage): Promise<SentRow> {
    const done = sendStage.startTimer({ stage: 'alone' })
    return this.#notified(message, sendOne(message).finally(done))
  }

  async #notified({ companyId }: OutgoingMessage, sending: Promise<SentRow>): Promise<SentRow> {
    const sent = await sending
    if (!sent.replayed && sent.penalty !== 'REFUSED') this.#notify(companyId, Number(sent.position))
    return sent
  }

  #enqueue(message: OutgoingMessage): Promise<SentRow> {
    const waitMs = this.#lanes.ahead(message.companyId) * this.#msPerMessage
    if (waitMs > MAX_WAIT_MS) return Promise.reject(overloaded(Math.ceil(waitMs - MAX_WAIT_MS / 2)))
    return new Promise((resolve, reject) => {
      if (this.#lanes.size === 0) this.#waitingSince = performance.now()
      this.#lanes.add({ message, since: performance.now(), resolve, reject })
      this.#schedule()
    })
  }

  #sendOrQueue(message: OutgoingMessage): Promise<SentRow> {
    return isOrdinary(message) ? this.#enqueue(message) : this.#sendAlone(message)
  }
}

function isOrdinary({ parentId, mentionIds, signals, access, attachmentIds }: OutgoingMessage): boolean {
  const hangsOn = parentId !== null || mentionIds.length > 0 || attachmentIds.length > 0
  return !hangsOn && !signals?.length && access === NO_RULES
}

/** The batch may have been committed although its answer was lost, and may still be committing. */
async function sendAfterFailure(message: OutgoingMessage): Promise<SentRow> {
  const written = await findWritten(message)
  if (written) return written
  try {
    const sent = await sendOne(message)
    // If the batch was committed meanwhile, the message is found by its own key.
    return sent.messageId === message.messageId ? { ...sent, ...(await findWritten(message)) } : sent
  } catch (error) {
    const late = await findWritten(message)
    if (late) return late
    throw error
  }
}

function overloaded(retryAfterMs: number): RequestError {
  workRefused.inc({ reason: 'send' })
  return new RequestError(
    'UNAVAILABLE',
    'More is being sent than can be stored just now; try again shortly.',
    Math.max(MIN_RETRY_MS, retryAfterMs),
  )
}
