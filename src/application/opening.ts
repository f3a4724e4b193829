import type { Logger } from 'pino'
import type { DataDirectory } from '../data-directory/data-directory.ts'
import type { InitializedDatabase } from '../database/initialize-database.ts'
import type { Environment } from '../env.ts'
import type { PolicyTimes } from '../policy/decisions.ts'
import type { Resolve } from '../push/public-address.ts'

/** Options that operators cannot set. */
export interface ApplicationOptions {
  /** A clock in milliseconds that replaces those of the process and of Redis for rate limits, for tests. */
  limiterClock?: (() => number) | undefined
  /** A clock in milliseconds that replaces those of the process and of Redis for presence, for tests. */
  presenceClock?: (() => number) | undefined
  /**
   * Minimum time in milliseconds to wait for every answer of Redis. Tests use it because they run on a busy machine.
   */
  redisMinWaitMs?: number | undefined
  /** Longer times for which a policy is waited for, for tests, which run on a busy machine. */
  policyTimes?: PolicyTimes | undefined
  /** Looks up the names of push services, for tests. */
  resolveName?: Resolve | undefined
  /** Called with each step of the start. */
  onStep?: ((text: string) => void) | undefined
}

/** An application that is being opened. */
export interface Opening {
  environment: Environment
  dataDirectory: DataDirectory
  initialized: InitializedDatabase
  log: Logger
  options: ApplicationOptions
  /** Closes what has been opened, the last first. */
  undo: (() => Promise<void>)[]
}
