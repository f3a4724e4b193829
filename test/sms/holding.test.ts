import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { receiveSms } from '../../src/sms/operations/receive-sms.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'
import { guestsWith, hurry, openAllDay, readMessage, send, untilCounts } from './guest-kit.ts'
import { newSid } from './twilio-endpoint.ts'

let app: TestApp
let acme: TestCompany<'alice'>
let guestIds: string[]
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner' })
  await openAllDay(acme.alice)
  guestIds = await guestsWith(acme.alice, ['+12125550123', '+12125550124'])
})

it('nothing is sent while the messaging of the company is switched off, and it is sent afterwards', async () => {
  const schedule = { localTime: `${new Date().getUTCFullYear() + 1}-01-01T09:00:00`, timeZone: 'UTC' }
  const { guestMessage } = await send(acme.alice, { guestIds, schedule })
  await acme.alice.mutate('updateCompanySettings', { messagingEnabled: false })
  await hurry(app)
  // The run has come and gone, and has put itself off.
  await expect
    .poll(async () => {
      const [job] = await query<{ n: number }>(
        app.database.adminUrl,
        `select count(*)::int as n from graphile_worker._private_jobs
         where run_at > now() + interval '10 seconds' and key like '${acme.companyUuid} sms%'`,
      )
      return job?.n
    })
    .toBe(1)
  await acme.alice.mutate('updateCompanySettings', { messagingEnabled: true })
  expect((await readMessage(acme.alice, guestMessage.id)).counts).toEqual([{ status: 'QUEUED', count: 2 }])
  await hurry(app)
  await untilCounts(acme.alice, guestMessage.id, { SENT: 2 })
})

it('an SMS that cannot be written into the data directory is written later', async () => {
  const folder = join(app.environment.dataDirectory, 'sms')
  await rm(folder, { recursive: true, force: true })
  await writeFile(folder, 'no folder')
  const { guestMessage } = await send(acme.alice, { guestIds })
  await expect
    .poll(async () => {
      const { nodes } = (await readMessage(acme.alice, guestMessage.id)).deliveries
      return nodes.map(({ status, providerCode }: Record<string, string>) => [status, providerCode])
    })
    .toEqual([
      ['QUEUED', 'EEXIST'],
      ['QUEUED', 'EEXIST'],
    ])
  await rm(folder)
  await hurry(app)
  await untilCounts(acme.alice, guestMessage.id, { SENT: 2 })
})

it('HELP to a number of no company is answered with the configured texts', async () => {
  const hear = (body: string) =>
    receiveSms(app.application.services, { sid: newSid(), from: '+12125550199', to: '+12125550198', body })
  expect(await hear('help')).toBe('us: messages to guests. Reply STOP to end.')
  expect(await hear('STOP')).toBe(
    'You will receive no more messages from us. Reply START to receive them again.',
  )
  expect(await hear('STOP')).toBeNull()
})
