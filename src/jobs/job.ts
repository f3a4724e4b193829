import type { Context, Services } from '../context.ts'
import type { TenantDatabase } from '../database/database.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'

/** The names of all tasks; `app.job_tasks()` lists the same names, so a new one needs a migration that says so. */
export const taskNames = ['send_broadcast', 'send_digest'] as const

/** The name of a task. */
export type TaskName = (typeof taskNames)[number]

/** The payload of a job: UUIDs and whole numbers, never what people wrote. */
export type JobPayload = Record<string, string | number>

/** A job that has come up, with its company bound. */
export interface Job {
  companyId: string
  payload: JobPayload
  /** From 1. */
  attempt: number
  /** After this one, a failure is for good. */
  isLastAttempt: boolean
  /** Aborts when the process stops and waits no longer: the job is handed back, and another attempt begins it anew. */
  signal: AbortSignal
  services: Services
  /** The system role, bound to the company. */
  tenant: TenantDatabase
  keys(): Promise<CompanyKeys>
  /** The context of a member the job acts for, as that member's own request would have it. Throws FORBIDDEN if disabled or gone. */
  contextOf(userId: string): Promise<Context>
}

/**
 * Does a job; what it throws is logged and the job tried again, later each time. It may run twice (a process can die
 * after the work and before the queue hears of it), so it decides by what the database says whether there is still work.
 */
export type TaskHandler = (job: Job) => Promise<void>

/** Every task and what does it. */
export type Tasks = Partial<Record<TaskName, TaskHandler>>
