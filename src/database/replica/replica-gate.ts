import { type ComparedServers, PositionComparison, type ReplicaAnswer } from './position-comparison.ts'
import { ReplicaVerdict } from './replica-verdict.ts'
import { ReplicaWay } from './replica-way.ts'
import type { ReplicaProblem } from './server-state.ts'

/** Decides whether the replica may answer. */
export interface ReplicaGate {
  /**
   * Resolves to a server once it shows all that was committed before the call, or within milliseconds to why the primary has to
   * answer. Never rejects.
   */
  check(): Promise<ReplicaAnswer>
}

interface GateOptions extends ComparedServers {
  /** Resolves once the replica can be reached as it must be, or to what is wrong with the way there. */
  admit(): Promise<ReplicaProblem | undefined>
  onChange(problem: ReplicaProblem | undefined): void
  /** Time after which an `admit` that says nothing is given up, longer than one that says something takes. */
  admitMs?: number
}

/** Asks the primary how far it is, and the replica whether it has replayed that: whatever was committed before is then shown. */
export function createReplicaGate(options: GateOptions): ReplicaGate {
  const verdict = new ReplicaVerdict(options.onChange)
  const way = new ReplicaWay(options)
  const comparison = new PositionComparison(options, (found) => {
    if (found === 'unreachable') way.close()
    verdict.settle(found)
  })

  /** Nobody waits for the way to be tried. */
  async function tryWay(): Promise<void> {
    const found = await way.try()
    if (found) verdict.settle(found)
  }

  return {
    async check() {
      if (!verdict.rests && way.isOpen) return comparison.make()
      const known = { problem: verdict.problem }
      if (!verdict.rests) void tryWay()
      return known
    },
  }
}
