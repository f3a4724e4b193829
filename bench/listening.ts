import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command, Heard, ListenOrder } from './listener.ts'

const WAIT_MS = 60_000
const POLL_MS = 50

/** A process that listens on many sockets. */
export interface Listening {
  /** Forgets the counts, but not what came last on each socket. */
  beginAnew(): Promise<void>
  /** Waits until this many messages have come, at most a minute after the last one that came. */
  hear(expected: number): Promise<Heard>
  /** Cuts all sockets at once and opens them again, each after its last cursor. */
  cut(): Promise<void>
  /** Ends the process. */
  close(): void
}

/** Starts a process that listens, and resolves when all its sockets are open. */
export async function listen(order: ListenOrder): Promise<Listening> {
  const child = fork(process.argv[1] ?? '', ['listen'])
  child.send(order)
  await once(child, 'message')
  return {
    beginAnew: async () => void (await command(child, 'anew')),
    cut: async () => void (await command(child, 'cut')),
    async hear(expected) {
      let heard = await command(child, 'report')
      for (let until = performance.now() + WAIT_MS; heard.got < expected && performance.now() < until; ) {
        await sleep(POLL_MS)
        const { got } = heard
        heard = await command(child, 'report')
        if (heard.got > got) until = performance.now() + WAIT_MS
      }
      return heard
    },
    close: () => void child.kill(),
  }
}

async function command(child: ChildProcess, name: Command): Promise<Heard> {
  child.send(name)
  const [heard] = (await once(child, 'message')) as [Heard]
  return heard
}
