import type { Context, Services } from '../context.ts'
import type { TenantDatabase } from '../database/database.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'

/** The names of all tasks. `app.job_tasks()` lists the same names, so a new one needs a change there. */
export const taskNames = [
  'send_broadcast',
  'send_digest',
  'send_sms',
  'export_messages',
  'send_push',
] as const

/** The name of a task. */
export type TaskName = (typeof taskNames)[number]

/** The payload of a job: UUIDs and whole numbers, never what people wrote. */
export type JobPayload = Record<string, string | number>

/** A job that is run, with its company bound. */
export interface Job {
  companyId: string
  payload: JobPayload
  /** Number of this attempt, from 1. */
  attempt: number
  /** True if a failure of this attempt is final. */
  isLastAttempt: boolean
  /** Aborts when the process stops and waits no longer. The job is returned to the queue and begins again. */
  signal: AbortSignal
  services: Services
  /** The system role, bound to the company. */
  tenant: TenantDatabase
  keys(): Promise<CompanyKeys>
  /**
   * Returns the context of a member on whose behalf the job acts, as a request of the member would have it. Throws
   * FORBIDDEN if the member is disabled or does not exist.
   */
  contextOf(userId: string): Promise<Context>
}

/**
 * Runs a job. An error is logged, and the job is repeated with growing delays. A handler may run twice, because a
 * process can die between the work and its record, so it must check in the database whether there is work left.
 */
export type TaskHandler = (job: Job) => Promise<void>

/** The handlers of tasks. */
export type Tasks = Partial<Record<TaskName, TaskHandler>>
