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

/** Decides whether the replica may answer. */
export interface ReplicaGate {
  /**
   * Resolves to undefined once the replica shows all that was committed before the call, or within milliseconds to why the
   * primary has to answer. Never rejects.
   */
  check(): Promise<ReplicaProblem | undefined>
  /** The start of the server that was found to be the replica. */
  startedAt(): string | undefined
}

interface GateOptions {
  askPrimary(): Promise<PrimaryState>
  askReplica(): Promise<ReplicaState>
  /** Resolves once the replica can be reached as it must be, or to what is wrong with the way there. */
  admit(): Promise<ReplicaProblem | undefined>
  onLag(lag: { bytes: number; seconds: number }): void
  onChange(problem: ReplicaProblem | undefined): void
}

/** Maximum time that a read waits for the replica to replay. */
const MAX_REPLAY_WAIT_MS = 25
const POLL_MS = 2
/** Time for which reads go to the primary without a question once the replica could not answer. */
const REST_MS = 1_000

/**
 * Asks the primary how far it is, and the replica whether it has replayed that. Reads that arrive concurrently share a question, but
 * none is given an answer to a question that was asked before it arrived: whatever was committed before is then shown.
 */
export function createReplicaGate(options: GateOptions): ReplicaGate {
  const { askPrimary, askReplica, admit, onLag } = options
  let isAdmitted = false
  let admitting = false
  let problem: ReplicaProblem | undefined = 'unreachable'
  let restUntil = 0
  let asking: Promise<unknown> = Promise.resolve()
  let next: Promise<ReplicaProblem | undefined> | undefined
  let polling: Promise<ReplicaState> | undefined
  let startedAt: string | undefined

  function settle(found: ReplicaProblem | undefined): ReplicaProblem | undefined {
    restUntil = found ? performance.now() + REST_MS : 0
    if (found === 'unreachable') isAdmitted = false
    if (found !== problem) options.onChange(found)
    problem = found
    return found
  }

  /** Polls are shared: positions only grow, so one that is late enough is so whenever it was asked for. */
  function poll(): Promise<ReplicaState> {
    polling ??= askReplica().finally(() => {
      polling = undefined
    })
    return polling
  }

  async function ask(): Promise<ReplicaProblem | undefined> {
    next = undefined
    const answers = Promise.all([askPrimary(), askReplica()])
    asking = answers.catch(() => {})
    try {
      const [primary, first] = await answers
      const deadline = performance.now() + MAX_REPLAY_WAIT_MS
      let replica = first
      let found = problemOf(primary, replica)
      onLag(lagOf(primary, replica))
      while (found === 'lagging' && performance.now() < deadline) {
        await delay(POLL_MS)
        replica = await poll()
        found = problemOf(primary, replica)
      }
      startedAt = replica.startedAt
      return settle(found)
    } catch {
      return settle('unreachable')
    }
  }

  /** Nobody waits for the way to be tried: a server that hangs takes seconds to show it. */
  async function tryWay(): Promise<void> {
    if (admitting) return
    admitting = true
    const found = await admit()
    admitting = false
    isAdmitted = !found
    if (found) settle(found)
  }

  return {
    async check() {
      if (performance.now() < restUntil) return problem
      if (!isAdmitted) {
        void tryWay()
        return problem ?? 'unreachable'
      }
      next ??= asking.then(ask)
      return next
    },
    startedAt: () => startedAt,
  }
}
