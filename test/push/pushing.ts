import { expect } from 'vitest'
import { runJob } from '../../src/jobs/run-job.ts'
import { sendPush } from '../../src/push/operations/send-push.ts'
import { findMessagesToPush } from '../../src/push/operations/start-pushing.ts'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { Browser, type PushReceiver } from './push-receiver.ts'

interface Company {
  companyUuid: string
}

/** Registers a new browser of a person. */
export async function browserOf(receiver: PushReceiver, person: Client, path?: string): Promise<Browser> {
  const browser = new Browser(receiver, path)
  expect(await browser.register(person)).toEqual({
    __typename: 'RegisterPushSubscriptionPayload',
    endpoint: browser.endpoint,
  })
  return browser
}

/** Scans the events, and runs the job of one company once. The server must run no jobs by itself. */
export async function pushOnce(
  { application: { services } }: TestApp,
  { companyUuid }: Company,
  signal = new AbortController().signal,
): Promise<void> {
  await findMessagesToPush(services)
  const job = { id: '0', task: 'send_push', payload: { companyId: companyUuid }, attempt: 1, maxAttempts: 5 }
  await runJob(services, sendPush, { ...job, signal })
}

/** The messages that wait to be pushed to a company's browsers. */
export function waiting(app: TestApp, { companyUuid }: Company): Promise<Data[]> {
  return onDatabase<Data>(
    app,
    'select due_at <= now() as "isDue" from push_deliveries where company_id = $1',
    [companyUuid],
  )
}

/** The browsers of a company: how often each has failed, and the minutes until it is tried again. */
export function browsers(app: TestApp, { companyUuid }: Company): Promise<Data[]> {
  return onDatabase<Data>(
    app,
    `select failures, round(extract(epoch from retry_at - now()) / 60)::int as minutes from push_subscriptions
      where company_id = $1 order by failures`,
    [companyUuid],
  )
}

/** Lets what waits, for a claim or after a failure, be due now. */
export async function makeDue(app: TestApp, { companyUuid }: Company): Promise<void> {
  const past = `now() - interval '1 second' where company_id = $1`
  await onDatabase(app, `update push_subscriptions set retry_at = ${past} and retry_at is not null`, [
    companyUuid,
  ])
  await onDatabase(app, `update push_deliveries set due_at = ${past}`, [companyUuid])
}
