import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { exported, messagesIn, request, untilExport } from './exporting.ts'

let app: TestApp
let acme: TestCompany<'ann' | 'bob' | 'cal'>
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
})

describe('a request for an export', () => {
  const day = 86_400_000
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()

  it.each([
    ['of ten years', () => ({ from: at(-3_650 * day), to: at(-1_000) }), 'spans at most 366 days'],
    ['of the future', () => ({ from: at(-day), to: at(day) }), 'in the future'],
    ['that ends before it begins', () => ({ from: at(-day), to: at(-2 * day) }), 'after the beginning'],
    ['of nobody', () => ({ userIds: [] }), 'at least one id'],
    ['of something else', () => ({ userIds: [acme.companyId] }), 'not of a User'],
  ])('%s is refused', async (_name, input, detail) => {
    expect(await request(acme.ann, input())).toMatchObject({
      __typename: 'InvalidInputError',
      detail: expect.stringContaining(detail),
    })
  })

  it('for people and conversations of another company finds nothing', async () => {
    const globex = await app.company('Globex', { gus: 'owner', gil: 'member' })
    const { conversationId } = await globex.gus.say({ recipientId: globex.gil.userId }, 'Secret')
    for (const input of [{ userIds: [globex.gus.userId] }, { conversationIds: [conversationId] }])
      expect(await request(acme.ann, input)).toMatchObject({ __typename: 'NotFoundError' })
    expect(messagesIn((await exported(app, acme.ann)).text)).toEqual([])
  })
})

describe('exports of one company', () => {
  it('run one after another, and few of them wait', async () => {
    const requested = []
    // One that is running elsewhere keeps the others waiting.
    await onDatabase(
      app,
      `insert into exports (company_id, id, format, from_at, to_at, state, requested_by_id, file_id)
       values ($1, gen_random_uuid(), 'CSV', now() - interval '1 day', now(), 'RUNNING', $2, gen_random_uuid())`,
      [acme.companyUuid, acme.ann.uuid],
    )
    for (let time = 0; time < 5; time += 1) requested.push(await request(acme.ann))
    expect(requested.map(({ __typename }) => __typename)).toEqual([
      ...Array(4).fill('RequestExportPayload'),
      'ConflictError',
    ])
    const { exports: list } = await acme.ann.run('{ exports { nodes { state } } }')
    expect(list.nodes.map(({ state }: { state: string }) => state).sort()).toEqual([
      ...Array(4).fill('QUEUED'),
      'RUNNING',
    ])
    const [other] = await onDatabase<{ id: string; file: string }>(
      app,
      `select id, file_id as file from exports where company_id = $1 and state = 'RUNNING'`,
      [acme.companyUuid],
    )
    const system = app.application.services.database.forSystem(acme.companyUuid)
    await system.prisma.$queryRawUnsafe(
      `select app.end_export('${other?.id}', '${other?.file}', 'FAILED', null, null, null)`,
    )
    for (const each of requested.slice(0, 4)) await untilExport(acme.ann, each.export.id)
  })
})
