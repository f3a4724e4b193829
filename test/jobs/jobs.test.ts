import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { enqueueJob } from '../../src/jobs/enqueue-job.ts'
import { type Job, taskNames } from '../../src/jobs/job.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { query } from '../support/embedded-postgres.ts'
import { enqueueAs, queueOf, recordJobs } from '../support/jobs.ts'

// Waiting here is for PostgreSQL on a busy machine.
const WAIT = { timeout: 30_000, interval: 20 }
const UUID = '0190a5b2-0000-7000-8000-000000000001'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let globex: TestCompany<'alice'>
let act: (job: Job) => Promise<void>
const { done, tasks: recorded } = recordJobs((job) => act(job))

beforeAll(async () => {
  app = await startApp({ tasks: recorded })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  globex = await app.company('Globex', { alice: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())
afterEach(async () => {
  done.splice(0)
  await query(app.database.systemUrl, 'delete from graphile_worker._private_jobs')
})

async function metric(line: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )
}

const untilQueueIs = (length: number) =>
  vi.waitUntil(async () => (await queueOf(app)).length === length, WAIT)

describe('a job', () => {
  it('runs once its transaction commits, with its company bound, and never if that fails', async () => {
    const seen: unknown[] = []
    act = async ({ tenant }) => {
      seen.push(...(await tenant.prisma.company.findMany({ where: { id: acme.companyUuid } })))
      const people = await tenant.prisma.user.findMany()
      seen.push(new Set(people.map(({ companyId }) => companyId)))
    }
    const before = await metric('colloquy_jobs_total{task="send_digest",outcome="done"}')
    const { tenant } = await contextOf(app, acme.companyUuid, acme.alice)
    const failing = tenant.transaction(async (transaction) => {
      await enqueueJob(transaction, { task: 'send_digest', payload: { userId: acme.alice.uuid } })
      throw new Error('undone')
    })
    await expect(failing).rejects.toThrow('undone')
    await enqueueAs(app, acme, { task: 'send_digest', payload: { userId: acme.bob.uuid, upTo: 7 } })
    await untilQueueIs(0)
    expect(done).toHaveLength(1)
    expect(done[0]).toMatchObject({
      companyId: acme.companyUuid,
      payload: { userId: acme.bob.uuid, upTo: 7 },
      attempt: 1,
      isLastAttempt: false,
    })
    expect(seen).toEqual([expect.objectContaining({ name: 'Acme' }), new Set([acme.companyUuid])])
    expect(await metric('colloquy_jobs_total{task="send_digest",outcome="done"}')).toBe(before + 1)
  })

  it('acts for a member as that member, and for nobody who is disabled', async () => {
    const names: string[] = []
    act = async ({ contextOf: as, payload }) => {
      const { tenant, viewer } = await as(String(payload.userId))
      const mine = await tenant.prisma.user.findMany({ where: { companyId: viewer.companyId } })
      names.push(viewer.user.name, ...mine.map(({ name }) => name).toSorted())
    }
    await enqueueAs(app, acme, { task: 'send_digest', payload: { userId: acme.bob.uuid } })
    await untilQueueIs(0)
    expect(names).toEqual(['Bob Acme', 'Alice Acme', 'Bob Acme'])
    await enqueueAs(app, acme, { task: 'send_digest', payload: { userId: globex.alice.uuid } })
    await vi.waitUntil(async () => (await queueOf(app))[0]?.error, WAIT)
    expect((await queueOf(app))[0]?.error).toContain('You have no active membership in this company.')
  })

  it('is put off until its time, and one of the same key takes its place', async () => {
    act = async () => {}
    const later = new Date(Date.now() + 3_600_000)
    const payload = { broadcastId: UUID }
    await enqueueAs(app, acme, { task: 'send_broadcast', payload, runAt: later, jobKey: `broadcast ${UUID}` })
    await enqueueAs(app, globex, {
      task: 'send_broadcast',
      payload,
      runAt: later,
      jobKey: `broadcast ${UUID}`,
    })
    expect(await queueOf(app)).toHaveLength(2)
    const soon = new Date(Date.now() + 10_000)
    await enqueueAs(app, acme, { task: 'send_broadcast', payload, runAt: soon, jobKey: `broadcast ${UUID}` })
    expect(await queueOf(app)).toHaveLength(2)
    expect(done).toEqual([])
    await untilQueueIs(1)
    expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime())
    expect(done).toMatchObject([{ companyId: acme.companyUuid, payload }])
    expect((await queueOf(app))[0]?.payload).toEqual({ companyId: globex.companyUuid, ...payload })
  })

  it('that fails is tried again later, and is told of without its payload', async () => {
    const secret = '0190a5b2-0000-7000-8000-00000000cafe'
    act = async ({ attempt }) => {
      if (attempt === 1) throw new Error('not yet')
    }
    await enqueueAs(app, acme, { task: 'send_digest', payload: { userId: secret } })
    await vi.waitUntil(async () => (await queueOf(app))[0]?.error, WAIT)
    expect((await queueOf(app))[0]).toMatchObject({ attempts: 1, error: 'Error: not yet', isLocked: false })
    await untilQueueIs(0)
    expect(done.map(({ attempt }) => attempt)).toEqual([1, 2])
    const told = app.logged.filter(({ task }) => task === 'send_digest')
    expect(told).toContainEqual(
      expect.objectContaining({ level: 40, reason: 'Error: not yet', attempt: 1, msg: expect.any(String) }),
    )
    expect(JSON.stringify(app.logged)).not.toContain(secret)
  })

  it('that fails for good stays, and the metric counts it', async () => {
    act = async () => {
      throw new Error('never')
    }
    const later = new Date(Date.now() + 3_600_000)
    await enqueueAs(app, acme, { task: 'send_digest', payload: {}, runAt: later })
    await query(
      app.database.systemUrl,
      'update graphile_worker._private_jobs set attempts = max_attempts - 1, run_at = now()',
    )
    await vi.waitUntil(async () => (await metric('colloquy_jobs_dead')) === 1, WAIT)
    expect(done).toMatchObject([{ isLastAttempt: true }])
    expect(app.logged).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'a job failed for good', reason: 'Error: never' }),
    )
    expect(await queueOf(app)).toMatchObject([{ attempts: 25, error: 'Error: never' }])
  })
})

describe('the queue', () => {
  it('takes tasks it knows, ids and whole numbers only', async () => {
    const refused: [string, object][] = [
      ['drop_everything', {}],
      ['send_digest', { text: 'Hello Bob' }],
      ['send_digest', { email: 'bob@acme.test' }],
      ['send_digest', { users: [UUID] }],
      ['send_digest', { user: { id: UUID } }],
      ['send_digest', { upTo: 1.5 }],
      ['send_digest', { isIt: true }],
      ['send_digest', { userId: UUID.toUpperCase() }],
      ['send_digest', { companyId: globex.companyUuid }],
      ['send_digest', [UUID]],
    ]
    for (const [task, payload] of refused) {
      // Payloads that the types reject as well.
      const job = { task, payload } as unknown as Parameters<typeof enqueueJob>[1]
      await expect(enqueueAs(app, acme, job), `${task} ${JSON.stringify(payload)}`).rejects.toThrow()
    }
    expect(await queueOf(app)).toEqual([])
  })

  it('is closed to the serving role but for one function, which wants a member bound', async () => {
    const { appUrl } = app.database
    for (const statement of [
      'select from graphile_worker.jobs',
      `select graphile_worker.add_job('send_digest')`,
      `select graphile_worker.complete_jobs('{1}')`,
    ]) {
      await expect(query(appUrl, statement)).rejects.toMatchObject({ code: '42501' })
    }
    for (const schema of ['app', 'graphile_worker']) {
      const enqueue = `select ${schema}.enqueue_job('send_digest', '{}', null, null)`
      await expect(query(appUrl, enqueue)).rejects.toMatchObject({ code: 'CQ401' })
      const company = `select set_config('app.company_id', '${acme.companyUuid}', true)`
      await expect(query(appUrl, `${company}; ${enqueue}`)).rejects.toMatchObject({ code: 'CQ401' })
    }
    expect(await queueOf(app)).toEqual([])
  })

  it('takes a job of system work for the company that the work is bound to', async () => {
    act = async () => {}
    await app.application.services.database
      .forSystem(globex.companyUuid)
      .transaction((transaction) => enqueueJob(transaction, { task: 'send_digest', payload: {} }))
    await untilQueueIs(0)
    expect(done).toMatchObject([{ companyId: globex.companyUuid }])
  })

  it('has the names of the tasks, and no handler without one', async () => {
    const [row] = await query<{ names: string[] }>(app.database.appUrl, 'select app.job_tasks() as names')
    expect(row?.names).toEqual([...taskNames])
    expect([...taskNames]).toEqual(expect.arrayContaining(Object.keys(tasks)))
  })
})
