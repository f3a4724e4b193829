import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Job } from '../../src/jobs/job.ts'
import { startJobRunner } from '../../src/jobs/runner.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'
import { enqueueAs, queueOf, recordJobs } from '../support/jobs.ts'
import { bundleProgram } from '../support/server-process.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const JOB = { task: 'send_digest', payload: {} } as const

let app: TestApp
afterEach(() => app[Symbol.asyncDispose]())

async function start(act: (job: Job) => Promise<void>) {
  const { done, tasks } = recordJobs(act)
  app = await startApp({ tasks })
  return { done, acme: await app.company('Acme', { alice: 'owner' }) }
}

const untilDone = () => vi.waitUntil(async () => (await queueOf(app)).length === 0, WAIT)

/** Ends the connections of the system role, as a restart of PostgreSQL does. */
function endConnections(): Promise<unknown> {
  return query(
    app.database.adminUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and usename = 'colloquy_system'`,
  )
}

describe('a job runner', { timeout: 90_000 }, () => {
  it('goes on after PostgreSQL has dropped its connections, in the middle of a job too', async () => {
    let leave = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    const { done, acme } = await start(() => left)
    await enqueueAs(app, acme, JOB)
    await vi.waitUntil(() => done.length === 1, WAIT)
    await endConnections()
    leave()
    await untilDone()
    await enqueueAs(app, acme, JOB)
    await untilDone()
    expect(done.length).toBeGreaterThanOrEqual(2)
  })

  it('shares the jobs with the other node, each of which runs once', async () => {
    const { done, acme } = await start(async () => {})
    await using second = await startApp({
      beside: app,
      tasks: recordJobs(async (job) => void done.push(job)).tasks,
    })
    expect(second.url).not.toBe(app.url)
    await Promise.all(
      Array.from({ length: 40 }, (_, seq) => enqueueAs(app, acme, { ...JOB, payload: { seq } })),
    )
    await untilDone()
    const seqs = done.map(({ payload }) => Number(payload.seq)).toSorted((a, b) => a - b)
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, seq) => seq))
  })

  it('takes over the job of a node that died, and leaves those of living nodes alone', async () => {
    let leave = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    const { done, acme } = await start(() => left)
    await enqueueAs(app, acme, JOB)
    await vi.waitUntil(() => done.length === 1, WAIT)
    await enqueueAs(app, acme, { ...JOB, payload: { seq: 2 } })
    await vi.waitUntil(() => done.length === 2, WAIT)
    // The remains of a dead process: a job locked by a name that no connection holds. Both were locked a while ago.
    await query(
      app.database.systemUrl,
      `update graphile_worker._private_jobs set locked_at = now() - interval '1 minute',
         locked_by = case when payload::text like '%seq%' then 'pool-of-the-dead' else locked_by end`,
    )
    await vi.waitUntil(
      () => app.logged.some(({ msg }) => msg === 'took over the jobs of runners that are gone'),
      WAIT,
    )
    expect((await queueOf(app)).map(({ isLocked }) => isLocked)).toEqual([true, false])
    leave()
    await untilDone()
    expect(done).toHaveLength(3)
    expect(done[2]).toMatchObject({ payload: { seq: 2 }, attempt: 2 })
  })

  it('does the job of a process that was killed in the middle of it', async () => {
    const { done, tasks } = recordJobs()
    app = await startApp()
    const acme = await app.company('Acme', { alice: 'owner' })
    const program = await bundleProgram('test/jobs/job-process.ts')
    try {
      const { appUrl, ownerUrl, systemUrl } = app.database
      const env = { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, DATABASE_SYSTEM_URL: systemUrl }
      const node = program.start([], { env: { ...env, DATA_DIR: app.environment.dataDirectory } })
      await enqueueAs(app, acme, JOB)
      expect(await node.firstLine).toBe('begun')
      await node.end('SIGKILL')
      app.application.startJobs(tasks)
      await untilDone()
      expect(done).toMatchObject([{ attempt: 2 }])
    } finally {
      await program.remove()
    }
  })

  it('finishes running jobs when it stops, and returns those that do not end to the queue', async () => {
    app = await startApp()
    const acme = await app.company('Acme', { alice: 'owner' })
    const { systemUrl } = app.database
    const { services } = app.application
    let leave = () => {}
    const quick = recordJobs(
      () =>
        new Promise((resolve) => {
          leave = resolve
        }),
    )
    const runner = startJobRunner({ systemUrl, services, tasks: quick.tasks })
    await enqueueAs(app, acme, JOB)
    await vi.waitUntil(() => quick.done.length === 1, WAIT)
    const stopped = runner.stop()
    leave()
    await stopped
    expect(await queueOf(app)).toEqual([])

    const endless = recordJobs(() => new Promise(() => {}))
    const second = startJobRunner({ systemUrl, services, tasks: endless.tasks })
    await enqueueAs(app, acme, JOB)
    await vi.waitUntil(() => endless.done.length === 1, WAIT)
    await second.stop()
    expect(endless.done[0]?.signal.aborted).toBe(true)
    expect(await queueOf(app)).toMatchObject([
      { attempts: 1, isLocked: false, error: expect.stringContaining('handed back') },
    ])
  })
})
