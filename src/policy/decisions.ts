import type { Logger } from 'pino'
import { createTtlCache } from '../auth/ttl-cache.ts'
import { createSemaphore } from '../concurrency/semaphore.ts'
import { policyDecisions, policySeconds } from '../metrics/metrics.ts'
import { reasonOf } from '../reason.ts'
import type { AskPolicy } from './ask-policy.ts'
import type { PolicyInput } from './policy-input.ts'

/** A decision. Where the policy could not be asked it has failed, which denies as well. */
export type Decision = 'allowed' | 'denied' | 'failed'

/** Decides by a policy. It never throws. */
export type Decide = (input: PolicyInput) => Promise<Decision>

/** With the time for which sets of decisions and reads of live events are kept, a change is seen within 5 s. */
const KEPT_MS = 4_250
const MAX_ASKED_AT_ONCE = 64
const WARN_EVERY_MS = 60_000

/** The longest times that a policy is waited for, in milliseconds. */
export interface PolicyTimes {
  /** For one decision. */
  answer: number
  /** For all decisions that one answer needs. */
  all: number
}

/** The times for which policies are waited for. */
export const POLICY_TIMES: PolicyTimes = { answer: 250, all: 1_000 }

/** Creates decisions by a policy that are kept for 5 s, each asked for once at a time. */
export function createDecisions(
  ask: AskPolicy,
  log: Logger,
  { answer, all }: PolicyTimes = POLICY_TIMES,
): Decide {
  const kept = createTtlCache<Decision>(KEPT_MS)
  const permits = createSemaphore({
    total: MAX_ASKED_AT_ONCE,
    perCompany: MAX_ASKED_AT_ONCE / 2,
    maxWaitMs: all,
  })
  let warnedAt = Number.NEGATIVE_INFINITY

  function warn(error: unknown): void {
    const now = performance.now()
    if (now - warnedAt < WARN_EVERY_MS) return
    warnedAt = now
    log.warn({ reason: reasonOf(error) }, 'the policy could not be asked, so conversations are denied')
  }

  async function decide(input: PolicyInput): Promise<Decision> {
    const startedAt = performance.now()
    let outcome: Decision = 'failed'
    let release = () => {}
    try {
      release = await permits.take({ companyId: input.company.id, userId: input.user.id })
      const said = await inTime(ask, { ...input, time: new Date().toISOString() }, answer)
      outcome = said === true ? 'allowed' : 'denied'
    } catch (error) {
      warn(error)
    } finally {
      policyDecisions.inc({ outcome })
      policySeconds.observe((performance.now() - startedAt) / 1000)
      release()
    }
    return outcome
  }

  return (input) => kept.recall(JSON.stringify(input), () => decide(input))
}

/** A module may ignore the signal, so the wait itself ends. */
async function inTime(ask: AskPolicy, input: Parameters<AskPolicy>[0], ms: number): Promise<unknown> {
  const end = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new Error(`The policy did not answer within ${ms} ms.`)
      reject(reason)
      end.abort(reason)
    }, ms)
  })
  try {
    return await Promise.race([ask(input, end.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
