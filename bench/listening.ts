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
  report(): Promise<Heard>
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
    report: () => command(child, 'report'),
    close: () => void child.kill(),
  }
}

/** Waits until this many messages have come to the processes together, at most a minute after the last one that came. */
export async function hearAll(listening: Listening[], expected: number): Promise<Heard[]> {
  let until = performance.now() + WAIT_MS
  for (let before = -1; ; await sleep(POLL_MS)) {
    const heard = await Promise.all(listening.map((each) => each.report()))
    const got = heard.reduce((sum, each) => sum + each.got, 0)
    if (got > before) until = performance.now() + WAIT_MS
    if (got >= expected || performance.now() > until) return heard
    before = got
  }
}

/** Waits for one process as `hearAll` does. */
export async function hear(listening: Listening, expected: number): Promise<Heard> {
  const [heard] = await hearAll([listening], expected)
  if (!heard) throw new Error('Nobody listens.')
  return heard
}

async function command(child: ChildProcess, name: Command): Promise<Heard> {
  child.send(name)
  const [heard] = (await once(child, 'message')) as [Heard]
  return heard
}
