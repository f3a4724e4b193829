import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Answer } from '../subscriptions/answer.ts'
import type { AnswerSink } from '../subscriptions/event-answers.ts'

const corked = new Set<Socket>()
const draining = new WeakMap<Socket, (() => void)[]>()

/**
 * Writes a subscription's answers to its connection as frames of graphql-transport-ws. An answer for many sockets is
 * framed once, and all frames for one connection in one turn of the event loop are one write.
 */
export class RawAnswers implements AnswerSink {
  readonly #socket: WebSocket
  readonly #connection: Socket
  readonly #id: string

  constructor({ socket, connection }: { socket: WebSocket; connection: Socket }, id: string) {
    this.#socket = socket
    this.#connection = connection
    this.#id = id
  }

  get isFull(): boolean {
    return this.#connection.writableNeedDrain && this.#isOpen
  }

  send(answer: Answer): void {
    // A message to a client that has disconnected counts as sent.
    if (!this.#isOpen) return
    cork(this.#connection)
    this.#connection.write(answer.bytesFor(this.#id, nextFrame))
  }

  drained(): Promise<void> {
    return drained(this.#connection)
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }
}

function cork(connection: Socket): void {
  if (corked.has(connection)) return
  if (corked.size === 0) setImmediate(uncorkAll)
  corked.add(connection)
  connection.cork()
}

function uncorkAll(): void {
  for (const connection of corked) connection.uncork()
  corked.clear()
}

/** Resolves when the connection has sent its queued data or has closed. One listener serves all waiting callers. */
function drained(connection: Socket): Promise<void> {
  return new Promise((resolve) => {
    const waiting = draining.get(connection)
    if (waiting) {
      waiting.push(resolve)
      return
    }
    const all = [resolve]
    draining.set(connection, all)
    const go = () => {
      connection.off('drain', go).off('close', go)
      draining.delete(connection)
      for (const each of all) each()
    }
    connection.once('drain', go).once('close', go)
    if (!connection.writableNeedDrain || connection.destroyed) go()
  })
}

const TEXT_FRAME = 0x81
const LENGTH_IN_16_BITS = 126
const LENGTH_IN_64_BITS = 127

/** Returns a whole message in one unmasked text frame (RFC 6455, section 5.2). */
function nextFrame(id: string, payload: string): Buffer {
  const text = `{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`
  const length = Buffer.byteLength(text)
  const start = length < LENGTH_IN_16_BITS ? 2 : length <= 0xffff ? 4 : 10
  const frame = Buffer.allocUnsafe(start + length)
  frame[0] = TEXT_FRAME
  if (start === 2) frame[1] = length
  else if (start === 4) {
    frame[1] = LENGTH_IN_16_BITS
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = LENGTH_IN_64_BITS
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, start)
  return frame
}
