import type { ReplicaAnswer } from './position-comparison.ts'
import type { ReplicaGate } from './replica-gate.ts'
import type { ReplicaProblem } from './server-state.ts'

/** Time after which a long operation asks anew how far the replica has to be. */
const ASK_AGAIN_MS = 100

/** The servers that one operation goes to: all to the primary, unless it begins to read, and for good once anything went there. */
export class OperationRoute {
  #target: 'primary' | 'replica' = 'primary'
  #isReader = false
  #asked: { at: number; answer: Promise<ReplicaAnswer> } | undefined
  readonly #gate: ReplicaGate

  constructor(gate: ReplicaGate) {
    this.#gate = gate
  }

  /** True for an operation that has begun to read, wherever it goes by now. */
  get isReader(): boolean {
    return this.#isReader
  }

  beginReading(): void {
    this.#target = 'replica'
    this.#isReader = true
  }

  goToPrimary(): void {
    this.#target = 'primary'
  }

  /** Resolves to the server that may answer now, or to why the primary has to. */
  async findServer(): Promise<{ server: string } | { problem: ReplicaProblem | 'earlier' }> {
    if (this.#hasLeft()) return { problem: 'earlier' }
    const answer = await this.#answerNow()
    // Something else of the operation went to the primary meanwhile.
    return 'server' in answer && this.#hasLeft() ? { problem: 'earlier' } : answer
  }

  #hasLeft(): boolean {
    return this.#target === 'primary'
  }

  #answerNow(): Promise<ReplicaAnswer> {
    const now = performance.now()
    if (!this.#asked || now - this.#asked.at > ASK_AGAIN_MS)
      this.#asked = { at: now, answer: this.#gate.check() }
    return this.#asked.answer
  }
}
