import type { MemoryStore } from './memory-store.ts'
import type { PresenceWriter } from './presence-writer.ts'
import type { SessionSockets } from './session-sockets.ts'

const WRITTEN_AT_ONCE = 200

/** The presence of this process, the writer that copies it to Redis, and the clock in milliseconds of both. */
export interface HandOverOptions {
  readonly sockets: SessionSockets
  readonly memory: MemoryStore
  readonly writer: PresenceWriter
  readonly now: () => number
}

/**
 * Writes all sockets and devices of this process to Redis. States are read at the time of writing. Sockets come before
 * devices, because a device counts only while its session has a socket.
 */
export async function handOver({ sockets, memory, writer, now }: HandOverOptions): Promise<void> {
  await inSlices(sockets.missed(), async (leave) => {
    if (!sockets.isMissed(leave)) return
    await writer.ofLeave(leave.person, leave.socket, now() - leave.at)
    sockets.written(leave)
  })
  await inSlices(sockets.open(), async (session) => {
    if (sockets.isOpen(session)) await writer.ofSocket(session, true)
  })
  await inSlices(memory.held(), async (device) => {
    const held = memory.heldDevice(device)
    if (held) await writer.ofDevice(held)
  })
}

async function inSlices<T>(items: readonly T[], write: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += WRITTEN_AT_ONCE) {
    await Promise.all(items.slice(at, at + WRITTEN_AT_ONCE).map(write))
  }
}
