import { Redis } from 'ioredis'

/**
 * An ioredis client none of whose rejections can end the process: callers still see them, but a command whose
 * promise nobody keeps (ioredis and graphql-redis-subscriptions both drop some) fails quietly.
 */
export class GuardedRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...args)
    if (answer instanceof Promise) answer.catch(ignore)
    return answer
  }
}

function ignore(): void {}
