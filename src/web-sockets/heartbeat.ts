import type { WebSocket } from 'ws'
import { createDeadlines, type Due } from '../concurrency/deadlines.ts'
import { ClientSocket } from './client-socket.ts'

/** Pings are early by at most this share of their interval, because those within it have one timer. */
const TICKS_PER_INTERVAL = 50

/** Finds the sockets whose peers have vanished. */
export interface Heartbeat {
  /** Pings the socket until it is closed, and closes it if it has not answered by the next ping. */
  watch(socket: ClientSocket): void
}

/** Creates the heartbeat of this process's sockets. The interval is in milliseconds. */
export function createHeartbeat(everyMs: number): Heartbeat {
  const tickMs = Math.max(1, Math.floor(everyMs / TICKS_PER_INTERVAL))
  const deadlines = createDeadlines(tickMs)
  function schedule(due: Due): number {
    // Deadlines are rounded up to a tick.
    const atMs = Date.now() + everyMs - tickMs
    deadlines.add(atMs, due)
    return atMs
  }
  return {
    watch(socket) {
      const beat = new Beat(socket, schedule)
      socket.on('pong', hear)
      socket.onceClosed(() => deadlines.delete(beat.nextAt, beat))
    },
  }
}

class Beat implements Due {
  readonly #socket: ClientSocket
  readonly #schedule: (due: Due) => number
  nextAt: number

  constructor(socket: ClientSocket, schedule: (due: Due) => number) {
    this.#socket = socket
    this.#schedule = schedule
    this.nextAt = schedule(this)
  }

  due(): void {
    const socket = this.#socket
    if (!socket.hasAnswered) {
      socket.terminate()
      return
    }
    this.nextAt = this.#schedule(this)
    if (socket.readyState !== socket.OPEN) return
    socket.hasAnswered = false
    socket.ping()
  }
}

function hear(this: WebSocket): void {
  if (this instanceof ClientSocket) this.hasAnswered = true
}
