import { Redis, type RedisOptions } from 'ioredis'
import { withDeadline } from './deadline.ts'

/**
 * An ioredis client whose rejections cannot end the process. Callers still see them, but a command whose promise is
 * dropped (ioredis and graphql-redis-subscriptions drop some) fails silently. A command fails if it is not answered
 * within `answerWithinMs`. The `commandTimeout` of ioredis would also fail commands whose answers have arrived but were
 * not read, because this process was blocked.
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
