import { Cluster, type ClusterNode, type ClusterOptions } from 'ioredis'
import { withDeadline } from './deadline.ts'

/** A client of a Redis Cluster that fails as `GuardedRedis` does. */
export class GuardedCluster extends Cluster {
  readonly #answerWithinMs: number

  constructor(nodes: ClusterNode[], answerWithinMs: number, options: ClusterOptions) {
    super(nodes, options)
    this.#answerWithinMs = answerWithinMs
  }

  override sendCommand(...args: Parameters<Cluster['sendCommand']>): unknown {
    const [command] = args
    const answer = super.sendCommand(...args)
    if (answer instanceof Promise) {
      withDeadline(answer, this.#answerWithinMs).catch((error: Error) => command.reject(error))
    }
    return answer
  }
}
