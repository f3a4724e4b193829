import type { Worker } from '../concurrency/semaphore.ts'
import { createWorkBudget } from './work-budget.ts'

/** A company may spend the quota of this time at once, and waits at most as long, because a flood must end soon. */
const COMPANY_BURST_MS = 5_000

/**
 * The budgets of people and of companies. Everything that a company's people do is charged to both. An overdrawn quota of a company
 * rejects its operations but does not delay its events, because people who do nothing would wait for the one who floods.
 */
export interface WorkBudgets {
  charge(worker: Worker, points: number): void
  /** Milliseconds until the person's budget is not overdrawn; 0 if it is not. */
  waitMs(worker: Worker): number
  /** Milliseconds until the quota of the person's company is not overdrawn; 0 if it is not. */
  companyWaitMs(worker: Worker): number
}

/** Creates budgets with these points per second. */
export function createWorkBudgets(perPerson: number, perCompany: number): WorkBudgets {
  const people = createWorkBudget(perPerson)
  const companies = createWorkBudget(perCompany, undefined, COMPANY_BURST_MS)
  return {
    charge(worker: Worker, points: number): void {
      people.charge(keyOf(worker), points)
      companies.charge(worker.companyId, points)
    },
    waitMs: (worker: Worker) => people.waitMs(keyOf(worker)),
    companyWaitMs: ({ companyId }: Worker) => companies.waitMs(companyId),
  }
}

function keyOf({ companyId, userId }: Worker): string {
  return `${companyId} ${userId}`
}
