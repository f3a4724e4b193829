import type { ReplicaProblem } from './server-state.ts'

/** Time for which reads go to the primary without a question once the replica could not answer. */
const REST_MS = 1_000

/** The latest finding about the replica: why the primary has to answer, or that the replica may. */
export class ReplicaVerdict {
  #problem: ReplicaProblem | undefined = 'unreachable'
  #restUntil = 0
  readonly #onChange: (problem: ReplicaProblem | undefined) => void

  /** `onChange` is called with each finding that differs from the one before. A replica is unreachable until it is found. */
  constructor(onChange: (problem: ReplicaProblem | undefined) => void) {
    this.#onChange = onChange
  }

  /** Why the primary has to answer, as far as is known. */
  get problem(): ReplicaProblem {
    return this.#problem ?? 'unreachable'
  }

  /** True for a while after a problem was found: nothing is asked. */
  get rests(): boolean {
    return performance.now() < this.#restUntil
  }

  /** Notes a finding; undefined says that the replica may answer. */
  settle(found: ReplicaProblem | undefined): void {
    this.#restUntil = found ? performance.now() + REST_MS : 0
    if (found !== this.#problem) this.#onChange(found)
    this.#problem = found
  }
}
