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

/** Decides whether the replica may answer. */
export interface ReplicaGate {
  /**
   * Resolves to a server once it shows all that was committed before the call, or within milliseconds to why the primary has to
   * answer. Never rejects.
   */
  check(): Promise<ReplicaAnswer>
}

interface GateOptions {
  askPrimary(): Promise<PrimaryState>
  askReplica(): Promise<ReplicaState>
  /** Resolves once the replica can be reached as it must be, or to what is wrong with the way there. */
  admit(): Promise<ReplicaProblem | undefined>
  onLag(lag: { bytes: number; seconds: number }): void
  onChange(problem: ReplicaProblem | undefined): void
  /** Time after which an `admit` that says nothing is given up, longer than one that says something takes. */
  admitMs?: number
}

/** Maximum time that a read waits for the replica to replay. */
const MAX_REPLAY_WAIT_MS = 25
const POLL_MS = 2
/** Time for which reads go to the primary without a question once the replica could not answer. */
const REST_MS = 1_000
const ADMIT_MS = 12_000

/**
 * Asks the primary how far it is, and the replica whether it has replayed that. Reads that arrive concurrently share a question, but
 * none is given an answer to a question that was asked before it arrived: whatever was committed before is then shown.
 */
export function createReplicaGate(options: GateOptions): ReplicaGate {
  const { askPrimary, askReplica, admit, onLag, admitMs = ADMIT_MS } = options
  let isAdmitted = false
  let admitting = false
  let problem: ReplicaProblem | undefined = 'unreachable'
  let restUntil = 0
  let asking: Promise<unknown> = Promise.resolve()
  let next: Promise<ReplicaAnswer> | undefined
  let polling: Promise<ReplicaState> | undefined

  function settle(found: ReplicaProblem | undefined): void {
    restUntil = found ? performance.now() + REST_MS : 0
    if (found === 'unreachable') isAdmitted = false
    if (found !== problem) options.onChange(found)
    problem = found
  }

  /** Polls are shared: positions only grow, so one that is late enough is so whenever it was asked for. */
  function poll(): Promise<ReplicaState> {
    polling ??= askReplica().finally(() => {
      polling = undefined
    })
    return polling
  }

  async function ask(): Promise<ReplicaAnswer> {
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
      settle(found)
      return found ? { problem: found } : { server: replica.startedAt }
    } catch {
      settle('unreachable')
      return { problem: 'unreachable' }
    }
  }

  /** Nobody waits for the way to be tried: a server that hangs takes seconds to show it. */
  async function tryWay(): Promise<void> {
    if (admitting) return
    admitting = true
    const found = await Promise.race([admit(), delay(admitMs, 'unreachable' as const, { ref: false })])
    admitting = false
    isAdmitted = !found
    if (found) settle(found)
  }

  return {
    async check() {
      const known = { problem: problem ?? 'unreachable' }
      if (performance.now() < restUntil) return known
      if (!isAdmitted) {
        void tryWay()
        return known
      }
      next ??= asking.then(ask)
      return next
    },
  }
}
