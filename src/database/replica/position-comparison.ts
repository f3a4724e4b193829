import { setTimeout as delay } from 'node:timers/promises'
import type { Statement } from '../statement.ts'
import {
  lagOf,
  type primaryState,
  problemOf,
  type ReplicaProblem,
  type replicaState,
} from './server-state.ts'

type RowOf<Known> = Known extends Statement<never, infer Row> ? Row : never
type PrimaryState = RowOf<typeof primaryState>
type ReplicaState = RowOf<typeof replicaState>

/** The server that may answer, by its start, or why none may. */
export type ReplicaAnswer = { server: string } | { problem: ReplicaProblem }

/** Both servers, and a listener of the lag at the first answer. */
export interface ComparedServers {
  askPrimary(): Promise<PrimaryState>
  askReplica(): Promise<ReplicaState>
  onLag(lag: { bytes: number; seconds: number }): void
}

/** Maximum time that a read waits for the replica to replay. */
const MAX_REPLAY_WAIT_MS = 25
const POLL_MS = 2

/** Compares how far the replica is with how far the primary is. */
export class PositionComparison {
  readonly #servers: ComparedServers
  readonly #onFinding: (problem: ReplicaProblem | undefined) => void
  #asking: Promise<unknown> = Promise.resolve()
  #next: Promise<ReplicaAnswer> | undefined
  #polling: Promise<ReplicaState> | undefined

  /** `onFinding` is called once with each comparison's outcome, before its callers are told. */
  constructor(servers: ComparedServers, onFinding: (problem: ReplicaProblem | undefined) => void) {
    this.#servers = servers
    this.#onFinding = onFinding
  }

  /**
   * Asks both servers. Callers that arrive concurrently share a question, but none is given an answer to a question that was asked
   * before it arrived. Never rejects.
   */
  make(): Promise<ReplicaAnswer> {
    this.#next ??= this.#asking.then(() => this.#ask())
    return this.#next
  }

  async #ask(): Promise<ReplicaAnswer> {
    const answer = await this.#compare()
    this.#onFinding('problem' in answer ? answer.problem : undefined)
    return answer
  }

  async #compare(): Promise<ReplicaAnswer> {
    this.#next = undefined
    const answers = Promise.all([this.#servers.askPrimary(), this.#servers.askReplica()])
    // The next question is asked once this one is answered, while its callers still wait for the replica to replay.
    this.#asking = answers.catch(() => {})
    try {
      const [primary, first] = await answers
      this.#servers.onLag(lagOf(primary, first))
      const replica = await this.#replayed(primary, first)
      const problem = problemOf(primary, replica)
      return problem ? { problem } : { server: replica.startedAt }
    } catch {
      return { problem: 'unreachable' }
    }
  }

  /** Waits for a moment until the replica does not lag any more. */
  async #replayed(primary: PrimaryState, first: ReplicaState): Promise<ReplicaState> {
    const deadline = performance.now() + MAX_REPLAY_WAIT_MS
    let replica = first
    while (problemOf(primary, replica) === 'lagging' && performance.now() < deadline) {
      await delay(POLL_MS)
      replica = await this.#poll()
    }
    return replica
  }

  /** Polls are shared: positions only grow, so one that is late enough is so whenever it was asked for. */
  #poll(): Promise<ReplicaState> {
    this.#polling ??= this.#servers.askReplica().finally(() => {
      this.#polling = undefined
    })
    return this.#polling
  }
}
