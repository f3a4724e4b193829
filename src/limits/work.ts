import { setTimeout as delay, setImmediate as turnOfLoop } from 'node:timers/promises'
import { createSemaphore, type Semaphore, type Worker } from '../concurrency/semaphore.ts'
import { RequestError } from '../errors.ts'
import { type WorkRefusal, workRefused, workWait } from '../metrics/load-metrics.ts'
import { createWorkBudgets, type WorkBudgets } from './work-budgets.ts'

/** Limits the work that one person causes, so that people of other companies are served meanwhile. */
export interface Work {
  /** Charges an attempt by the size of its request, variables included. Throws RATE_LIMITED if the budget is overdrawn. */
  admit(worker: Worker, requestSize: number): Promise<void>
  /** Charges the cost of an operation in points. */
  charge(worker: Worker, points: number): void
  /**
   * Runs the work when the person's budget allows it. Throws RATE_LIMITED if too much work of the person is waiting, and
   * UNAVAILABLE at once if others' work would keep it waiting for too long.
   */
  run<T>(worker: Worker, act: () => T | Promise<T>): Promise<T>
  /** Runs an operation with this cost in points. A person runs one expensive operation at a time. */
  execute<T>(worker: Worker, points: number, act: () => T | Promise<T>): Promise<T>
  /** False while the budget is overdrawn. */
  isSolvent(worker: Worker): boolean
  /** Resolves when the budget is not overdrawn. */
  whenSolvent(worker: Worker): Promise<void>
  /**
   * Delivers one event: charges it, waits while the budget is overdrawn, and lets other work run between expensive
   * events.
   */
  deliver<T>(worker: Worker, points: number, act: () => T | Promise<T>): Promise<T>
}

/** Minimum cost of an operation in points. */
const POINTS_PER_OPERATION = 50
const BYTES_PER_POINT = 50
const DEAR_EVENT = 100
const DEAR_OPERATION = 500
const BOUNDS = { total: 24, perCompany: 12, perPerson: 4 }
/**
 * Maximum numbers of expensive operations that run concurrently. Each occupies the event loop for milliseconds at a
 * time, during which everything else waits.
 */
const DEAR_BOUNDS = { total: 6, perCompany: 4, perPerson: 1 }
/** Maximum number of waiting operations of one person. A client that uses all its connections has far fewer. */
const MAX_WAITING = 500
/** Delay of a rejection, because rejecting costs work and a client may repeat at once. */
const REFUSED_AFTER_MS = 250
const QUEUE_RETRY_MS = 1_000
/** Maximum time that an operation is expected to wait for others, as long as a statement waits for a connection. */
const MAX_WAIT_MS = 5_000

/** The points of work per second of one person and of one company. 0 means no limit. A point is about 5 µs. */
export interface WorkQuotas {
  perPerson: number
  perCompany: number
}

/** Creates the limits of this process. Without any quota nothing is bounded. */
export function createWork(quotas: WorkQuotas): Work {
  return quotas.perPerson === 0 && quotas.perCompany === 0 ? unbounded : new BoundedWork(quotas)
}

class BoundedWork implements Work {
  readonly #budgets: WorkBudgets
  readonly #operations = createSemaphore(BOUNDS)
  readonly #dear = createSemaphore(DEAR_BOUNDS)
  readonly #waits = new Map([
    [this.#operations, workWait.labels('operation')],
    [this.#dear, workWait.labels('dear')],
  ])
  /** Moving average of the duration of an operation. */
  #operationMs = 1

  constructor({ perPerson, perCompany }: WorkQuotas) {
    this.#budgets = createWorkBudgets(
      perPerson || Number.POSITIVE_INFINITY,
      perCompany || Number.POSITIVE_INFINITY,
    )
  }

  async admit(worker: Worker, requestSize: number): Promise<void> {
    const budgets = this.#budgets
    const firstMs = Math.max(budgets.waitMs(worker), budgets.companyWaitMs(worker))
    if (firstMs > 0) await delay(Math.min(firstMs, REFUSED_AFTER_MS), undefined, { ref: false })
    const companyWaitMs = budgets.companyWaitMs(worker)
    if (companyWaitMs > 0)
      throw tooMuch(
        'company',
        'Your company asks for more work than its quota allows: try again later.',
        companyWaitMs,
      )
    const waitMs = budgets.waitMs(worker)
    if (waitMs > 0)
      throw tooMuch('budget', 'You ask for more work than your budget allows: try again later.', waitMs)
    budgets.charge(worker, POINTS_PER_OPERATION + requestSize / BYTES_PER_POINT)
  }

  charge(worker: Worker, points: number): void {
    this.#budgets.charge(worker, points)
  }

  async run<T>(worker: Worker, act: () => T | Promise<T>): Promise<T> {
    if (this.#operations.waiting(worker) >= MAX_WAITING)
      throw tooMuch(
        'waiting',
        'Too many of your operations wait: wait for their answers first.',
        QUEUE_RETRY_MS,
      )
    const waitMs = (this.#operations.ahead(worker) * this.#operationMs) / BOUNDS.total
    if (waitMs > MAX_WAIT_MS) throw overloaded(Math.ceil(waitMs - MAX_WAIT_MS / 2))
    return this.#withPermit(this.#operations, worker, async () => {
      const began = performance.now()
      try {
        return await act()
      } finally {
        this.#operationMs += (performance.now() - began - this.#operationMs) / 16
      }
    })
  }

  async execute<T>(worker: Worker, points: number, act: () => T | Promise<T>): Promise<T> {
    return points < DEAR_OPERATION ? act() : this.#withPermit(this.#dear, worker, act)
  }

  isSolvent(worker: Worker): boolean {
    return this.#budgets.waitMs(worker) === 0
  }

  async whenSolvent(worker: Worker): Promise<void> {
    const budgets = this.#budgets
    for (let waitMs = budgets.waitMs(worker); waitMs > 0; waitMs = budgets.waitMs(worker))
      await delay(waitMs, undefined, { ref: false })
  }

  async deliver<T>(worker: Worker, points: number, act: () => T | Promise<T>): Promise<T> {
    if (points >= DEAR_EVENT) return this.#deliverDear(worker, points, act)
    await this.whenSolvent(worker)
    this.#budgets.charge(worker, points)
    return act()
  }

  async #deliverDear<T>(worker: Worker, points: number, act: () => T | Promise<T>): Promise<T> {
    for (;;) {
      await this.whenSolvent(worker)
      const delivered = await this.#withPermit(this.#dear, worker, async () => {
        // The work before it may have overdrawn the budget. The permit is released instead of held while waiting.
        if (!this.isSolvent(worker)) return undefined
        this.#budgets.charge(worker, points)
        const result = await act()
        await turnOfLoop()
        return { result }
      })
      if (delivered) return delivered.result
    }
  }

  async #withPermit<T>(permits: Semaphore, worker: Worker, act: () => T | Promise<T>): Promise<T> {
    const began = performance.now()
    const release = await permits.take(worker)
    this.#waits.get(permits)?.observe((performance.now() - began) / 1000)
    try {
      return await act()
    } finally {
      release()
    }
  }
}

/** Runs everything at once and charges nothing. */
const unbounded: Work = {
  admit: async () => {},
  charge: () => {},
  run: async (_worker, act) => act(),
  execute: async (_worker, _points, act) => act(),
  isSolvent: () => true,
  whenSolvent: async () => {},
  deliver: async (_worker, _points, act) => act(),
}

function tooMuch(reason: WorkRefusal, detail: string, retryAfterMs: number): RequestError {
  workRefused.inc({ reason })
  return new RequestError('RATE_LIMITED', detail, retryAfterMs)
}

function overloaded(retryAfterMs: number): RequestError {
  workRefused.inc({ reason: 'overload' })
  return new RequestError(
    'UNAVAILABLE',
    'More is being asked for than can be answered just now; try again shortly.',
    retryAfterMs,
  )
}
