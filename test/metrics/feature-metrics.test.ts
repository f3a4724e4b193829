import { afterAll, beforeAll, expect, it } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { begin, patch } from '../attachments/uploading.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'

const measured = new Map<string, string>()
let app: TestApp
let acme: TestCompany<'ann' | 'bob'>
beforeAll(async () => {
  app = await startApp({
    environment: { metrics: { port: undefined, token: undefined, companies: measured } },
  })
  acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
  measured.set(acme.companyUuid, acme.companyId)
})
afterAll(() => app[Symbol.asyncDispose]())

async function read(series: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length) ?? 0)
}

it('operations are counted by company for the companies that the operator has listed, and for no other', async () => {
  const { gina } = await app.company('Globex', { gina: 'owner' })
  const series = (company: string) =>
    `colloquy_company_operations_total{company="${company}",outcome="answered"}`
  await acme.ann.run('{ viewer { user { id } } }')
  await gina.run('{ viewer { user { id } } }')
  expect(await read(series(acme.companyId))).toBe(1)
  const text = await (await fetch(`${app.url}/metrics`)).text()
  expect(text).not.toContain(gina.uuid)
  expect([...text.matchAll(/company="([^"]*)"/g)].map(([, company]) => company)).toEqual([acme.companyId])
})

it('METRICS_COMPANIES takes ids of companies alone, as the API gives them', () => {
  const { metrics } = readEnvironment({ METRICS_COMPANIES: `${acme.companyId}, ${acme.companyId}` })
  expect([...metrics.companies]).toEqual([[acme.companyUuid, acme.companyId]])
  for (const wrong of ['Acme', acme.ann.userId, `${acme.companyId},`])
    expect(() => readEnvironment({ METRICS_COMPANIES: wrong })).toThrow(/METRICS_COMPANIES must be a list/)
})

it('operations are measured by the way in', async () => {
  const overSocket =
    'colloquy_operation_seconds_count{field="serverInfo",transport="websocket",outcome="answered"}'
  const before = await read(overSocket)
  await using recorder = acme.ann.subscribe('{ serverInfo { version } }')
  await recorder.until(({ isComplete }) => isComplete)
  expect(await read(overSocket)).toBe(before + 1)
})

it('uploads are counted by their parts, their bytes and the outcome of their check', async () => {
  const [stored, bytes, ready] = [
    'colloquy_upload_parts_total{outcome="stored"}',
    'colloquy_upload_bytes_total',
    'colloquy_uploads_checked_total{outcome="READY"}',
  ] as const
  const before = [await read(stored), await read(bytes), await read(ready)]
  const { uploadUrl } = await begin(acme.ann, 1_000)
  expect((await patch(app, uploadUrl, 0, Buffer.alloc(1_000, 1))).status).toBe(204)
  const after = [await read(stored), await read(bytes), await read(ready)]
  expect(after.map((value, at) => value - (before[at] ?? 0))).toEqual([1, 1_000, 1])
})

it('the time from a change of presence to its delivery is measured', async () => {
  const { ann, bob } = acme
  const before = await read('colloquy_presence_lag_seconds_count')
  await ann.say({ recipientId: bob.userId }, 'Hello')
  await using presence = bob.subscribe('subscription { presenceChanged { status user { id } } }')
  let beats = 0
  // Of changes in quick succession only the latest is told, so one follows the other slowly.
  const beat = async () => {
    beats += 1
    const status = beats % 2 === 0 ? 'AWAY' : 'ONLINE'
    await ann.run(`mutation { heartbeat(input: { status: ${status} }) { __typename } }`)
    return presence.events.length
  }
  await expect.poll(beat, { interval: 1_000 }).toBeGreaterThan(0)
  expect(await read('colloquy_presence_lag_seconds_count')).toBeGreaterThan(before)
})
