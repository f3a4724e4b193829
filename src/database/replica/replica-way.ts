import { setTimeout as delay } from 'node:timers/promises'
import type { ReplicaProblem } from './server-state.ts'

const ADMIT_MS = 12_000

interface WayOptions {
  /** Resolves once the replica can be reached as it must be, or to what is wrong with the way there. */
  admit(): Promise<ReplicaProblem | undefined>
  /** Time after which an `admit` that says nothing is given up, longer than one that says something takes. */
  admitMs?: number
}

/** The way to the replica. It is closed until it was tried, and whenever the replica was lost. */
export class ReplicaWay {
  #isOpen = false
  #isTried = false
  readonly #options: WayOptions

  constructor(options: WayOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  close(): void {
    this.#isOpen = false
  }

  /** Tries the way unless that is under way: a server that hangs takes seconds to show it. Resolves to what is wrong, if anything is. */
  async try(): Promise<ReplicaProblem | undefined> {
    if (this.#isTried) return undefined
    this.#isTried = true
    const { admit, admitMs = ADMIT_MS } = this.#options
    const found = await Promise.race([admit(), delay(admitMs, 'unreachable' as const, { ref: false })])
    this.#isTried = false
    this.#isOpen = !found
    return found
  }
}
