import { Redis, type RedisOptions } from 'ioredis'
import { withDeadline } from './deadline.ts'

/**
 * An ioredis client none of whose rejections can end the process: callers still see them, but a command whose
 * promise nobody keeps (ioredis and graphql-redis-subscriptions both drop some) fails quietly. Every command fails that
 * is not answered within `answerWithinMs`; ioredis's own `commandTimeout` would also fail those whose answers are here
 * already, unread, after a stall of this process.
 */
export class GuardedRedis extends Redis {
  readonly #answerWithinMs: number

  constructor(url: string, answerWithinMs: number, options: RedisOptions) {
    super(url, options)
    this.#answerWithinMs = answerWithinMs
  }

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const [command] = args
    const answer = super.sendCommand(...args)
    if (answer instanceof Promise) {
      withDeadline(answer, this.#answerWithinMs).catch((error: Error) => command.reject(error))
    }
    return answer
  }
}
