import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import { sendBatchSize, sendStage } from '../metrics/metrics.ts'
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
}

interface Waiting {
  message: OutgoingMessage
  since: number
  resolve(sent: SentRow | Promise<SentRow>): void
  reject(error: unknown): void
}

/** The messages of one company that wait. */
interface Lane {
  waiting: Waiting[]
  /** A batch with messages of the company is under way, or one of them waits alone for the company's stream. */
  holds: number
  /**
   * Conversations in which another transaction holds a row. One message waits for it, and the others wait for that
   * message.
   */
  heldConversations: Set<string>
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
const TELLING_BATCH = 16
const MIN_RETRY_MS = 100

/** Notifies subscribers that the company has reached this position. */
type Notify = (companyId: string, position: number) => void

/** Creates the process's queue. */
export function createSendQueue(database: Pick<Database, 'batch'>, notify: Notify): SendQueue {
  const lanes = new Map<string, Lane>()
  /** Sends under an idempotency key that have not ended, by person and key. */
  const sending = new Map<string, Promise<unknown>>()
  let queued = 0
  let inFlight = 0
  let isScheduled = false
  let msPerMessage = 1

  function laneOf(companyId: string): Lane {
    const lane = lanes.get(companyId) ?? { waiting: [], holds: 0, heldConversations: new Set() }
    lanes.set(companyId, lane)
    return lane
  }

  /** Messages that arrive in the same turn of the event loop are sent together. */
  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      while (inFlight < MAX_IN_FLIGHT) {
        const batch = collect()
        if (batch.length === 0) return
        void run(batch)
      }
    })
  }

  function collect(): Waiting[] {
    const batch: Waiting[] = []
    const open = [...lanes].filter(([, lane]) => lane.holds === 0 && lane.waiting.length > 0)
    const share = Math.max(1, Math.ceil(MAX_BATCH / Math.max(1, open.length)))
    for (const [companyId, lane] of open) {
      const taken = takeFrom(lane, Math.min(share, MAX_BATCH - batch.length))
      if (taken.length > 0) {
        lane.holds += 1
        batch.push(...taken)
      }
      // Other companies come first next time.
      lanes.delete(companyId)
      if (lane.holds > 0 || lane.waiting.length > 0 || lane.heldConversations.size > 0)
        lanes.set(companyId, lane)
      if (batch.length >= MAX_BATCH) break
    }
    return batch
  }

  function takeFrom(lane: Lane, max: number): Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    const tooLate = performance.now() - MAX_WAIT_MS
    for (const entry of lane.waiting) {
      if (entry.since < tooLate) {
        queued -= 1
        entry.reject(overloaded(MIN_RETRY_MS))
      } else if (taken.length < max && !lane.heldConversations.has(entry.message.conversationId)) {
        queued -= 1
        taken.push(entry)
      } else left.push(entry)
    }
    lane.waiting = left
    return taken
  }

  async function run(batch: Waiting[]): Promise<void> {
    inFlight += 1
    const began = performance.now()
    sendBatchSize.observe(batch.length)
    for (const { since } of batch) sendStage.observe({ stage: 'queue' }, (began - since) / 1000)
    const values = batchOf(batch.map(({ message }) => message))
    try {
      const rows = await database.batch(sendManyStatement, values)
      if (rows.length !== batch.length) throw new Error('send_messages returned another number of rows')
      const tookMs = performance.now() - began
      sendStage.observe({ stage: 'batch' }, tookMs / 1000)
      if (batch.length >= TELLING_BATCH) msPerMessage += (tookMs / batch.length - msPerMessage) / 8
      settle(batch, rows)
    } catch {
      // Each message's own attempt returns the reason.
      for (const entry of batch) entry.resolve(notified(entry.message, sendAfterFailure(entry.message)))
    }
    inFlight -= 1
    for (const companyId of new Set(batch.map(({ message }) => message.companyId))) unhold(companyId)
    schedule()
  }

  function unhold(companyId: string): void {
    const lane = laneOf(companyId)
    lane.holds -= 1
    forgetIdle(companyId, lane)
  }

  function forgetIdle(companyId: string, lane: Lane): void {
    if (lane.holds === 0 && lane.waiting.length === 0 && lane.heldConversations.size === 0)
      lanes.delete(companyId)
  }

  function settle(batch: Waiting[], rows: BatchRow[]): void {
    const again: Waiting[] = []
    const heldCompanies = new Set<string>()
    const positions = new Map<string, number>()
    for (const [index, entry] of batch.entries()) {
      const row = rows[index]
      const { message } = entry
      if (row?.outcome === 'SENT') {
        positions.set(message.companyId, Number(row.position))
        entry.resolve({ ...row, messageId: message.messageId, replayed: false, depth: 0 })
      } else if (row?.outcome === 'COMPANY_BUSY') {
        if (heldCompanies.has(message.companyId)) again.push(entry)
        else void waitForStream(entry)
        heldCompanies.add(message.companyId)
      } else if (row?.outcome === 'BUSY') {
        if (laneOf(message.companyId).heldConversations.has(message.conversationId)) again.push(entry)
        else void waitForConversation(entry)
      } else {
        entry.resolve(sendAlone(message))
      }
    }
    for (const [companyId, position] of positions) notify(companyId, position)
    for (const entry of again.reverse()) {
      queued += 1
      laneOf(entry.message.companyId).waiting.unshift(entry)
    }
  }

  async function waitForStream(entry: Waiting): Promise<void> {
    const { companyId } = entry.message
    laneOf(companyId).holds += 1
    const sent = sendAlone(entry.message)
    entry.resolve(sent)
    await Promise.race([sent.catch(() => {}), delay(MAX_HOLD_MS, undefined, { ref: false })])
    unhold(companyId)
    schedule()
  }

  async function waitForConversation(entry: Waiting): Promise<void> {
    const { companyId, conversationId } = entry.message
    laneOf(companyId).heldConversations.add(conversationId)
    const sent = sendAlone(entry.message)
    entry.resolve(sent)
    await sent.catch(() => {})
    const lane = laneOf(companyId)
    lane.heldConversations.delete(conversationId)
    forgetIdle(companyId, lane)
    schedule()
  }

  function sendAlone(message: OutgoingMessage): Promise<SentRow> {
    const done = sendStage.startTimer({ stage: 'alone' })
    return notified(message, sendOne(message).finally(done))
  }

  async function notified({ companyId }: OutgoingMessage, sending: Promise<SentRow>): Promise<SentRow> {
    const sent = await sending
    if (!sent.replayed) notify(companyId, Number(sent.position))
    return sent
  }

  function enqueue(message: OutgoingMessage): Promise<SentRow> {
    const lane = laneOf(message.companyId)
    // Companies are served in rotation, so nobody waits for more messages of another company than of their own.
    const ahead = Math.min(queued, (lane.waiting.length + 1) * lanes.size)
    const waitMs = ahead * msPerMessage
    if (waitMs > MAX_WAIT_MS) return Promise.reject(overloaded(Math.ceil(waitMs - MAX_WAIT_MS / 2)))
    return new Promise((resolve, reject) => {
      lane.waiting.push({ message, since: performance.now(), resolve, reject })
      queued += 1
      schedule()
    })
  }

  function start(message: OutgoingMessage): Promise<SentRow> {
    return isOrdinary(message) ? enqueue(message) : sendAlone(message)
  }

  return {
    send(message) {
      if (message.key === null) return start(message)
      const name = `${message.companyId} ${message.authorId} ${message.key}`
      const earlier = sending.get(name)
      // A call with the same key waits for the earlier one, and is answered with its result.
      const sent = earlier ? earlier.then(() => sendAlone(message)) : start(message)
      const done = sent.then(
        () => {},
        () => {},
      )
      sending.set(name, done)
      void done.then(() => {
        if (sending.get(name) === done) sending.delete(name)
      })
      return sent
    },
  }
}

function isOrdinary({ parentId, mentionIds }: OutgoingMessage): boolean {
  return parentId === null && mentionIds.length === 0
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
  return new RequestError(
    'UNAVAILABLE',
    'More is being sent than can be stored just now; try again shortly.',
    Math.max(MIN_RETRY_MS, retryAfterMs),
  )
}
