import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { bundleColloquy, type Colloquy } from '../support/colloquy.ts'
import { query } from '../support/embedded-postgres.ts'
import { guestsWith, guestWith, openAllDay, send } from './guest-kit.ts'

const NUMBER = '+14155550100'
const PHONE = '+14155550123'

let app: TestApp
let acme: TestCompany<'alice'>
let colloquy: Colloquy
let folder: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme Inn', { alice: 'owner' })
  await openAllDay(acme.alice, { from: NUMBER, helpBusiness: 'Acme Inn' })
  await guestsWith(acme.alice, [PHONE], { name: '=cmd|calc', externalId: '+1' })
  colloquy = await bundleColloquy()
  folder = await mkdtemp(join(tmpdir(), 'colloquy-sms-'))
})
afterAll(async () => {
  await colloquy.remove()
  await app[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function run(...args: string[]) {
  const { ownerUrl, appUrl, systemUrl } = app.database
  const result = await colloquy.run(args, {
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    DATABASE_SYSTEM_URL: systemUrl,
    DATA_DIR: app.environment.dataDirectory,
  })
  return result
}

describe('the command line for SMS', () => {
  it('plays HELP, STOP and START of a guest', async () => {
    const help = await run('guest-reply', PHONE, 'HELP', '--to', NUMBER, '--json')
    expect(JSON.parse(help.out)).toEqual({
      from: PHONE,
      to: NUMBER,
      reply: 'Acme Inn: messages to guests. Reply STOP to end.',
    })
    const stop = await run('guest-reply', PHONE, 'stop', '--to', NUMBER)
    expect(stop.out).toContain('Answer: You will receive no more messages from Acme Inn.')
    expect(await guestWith(acme.alice, PHONE)).toMatchObject({ consent: 'OPTED_OUT' })
    await run('guest-reply', PHONE, 'START', '--to', NUMBER)
    expect(await guestWith(acme.alice, PHONE)).toMatchObject({ consent: 'SUBSCRIBED' })
    expect(await run('guest-reply', '123', 'STOP')).toMatchObject({ code: 1 })
  })

  it('prints settings, numbers, unmatched messages and dead ones', async () => {
    expect(JSON.parse((await run('sms', 'settings', 'Acme Inn', '--json')).out)).toMatchObject({
      fromNumber: NUMBER,
    })
    await run('guest-reply', '+14155550199', 'Whose number is this?', '--to', '+14155550198')
    expect((await run('sms', 'unmatched')).out).toContain(
      '+14155550199 → +14155550198  "Whose number is this?"',
    )
    expect((await run('sms', 'number', 'Acme Inn', '+14155550101')).out).toContain(
      'is now a number of Acme Inn',
    )
    expect((await run('sms', 'dead', 'Acme Inn')).out).toBe('None.\n')
    await query(
      app.database.adminUrl,
      `insert into app.sms_senders (number, provider_code) values ('${NUMBER}', '30034')`,
    )
    const doctor = await run('doctor')
    expect(doctor.out).toContain(`${NUMBER} (30034)`)
    expect((await run('sms', 'resume', NUMBER)).out).toBe(`${NUMBER} sends again.\n`)
    expect(await run('sms', 'resume', NUMBER)).toMatchObject({ code: 1 })
  })

  it('lets a company send from the number of the deployment again, and from none that was taken back', async () => {
    const shared = '+15005550006'
    const globex = await app.company('Globex', { gina: 'owner' })
    await openAllDay(globex.gina, { from: '+14155550177' })
    const taken = await run('sms', 'number', 'Globex', '+14155550177', '--remove')
    expect(taken.out).toContain('is no longer a number of Globex; 0 in all use it.')
    const settings = await run('sms', 'settings', 'Globex', '--json')
    expect(JSON.parse(settings.out)).toMatchObject({ fromNumber: null })
    await query(
      app.database.adminUrl,
      `insert into app.sms_senders (number, provider_code) values ('${shared}', '30034')`,
    )
    const [guestId] = await guestsWith(globex.gina, ['+14155550178'])
    await send(globex.gina, { guestIds: [guestId] })
    const jobs = () =>
      query(
        app.database.adminUrl,
        `select key from graphile_worker._private_jobs where key = '${globex.companyUuid} sms'`,
      )
    await query(app.database.adminUrl, 'delete from graphile_worker._private_jobs')
    await run('sms', 'resume', shared)
    expect(await jobs()).toHaveLength(1)
  })

  it('exports guests as CSV in which no value is a formula', async () => {
    const { out } = await run('sms', 'export', 'guests', 'Acme Inn')
    expect(out).toBe(
      `externalId,name,phone,email,timeZone,consent,needsConsentReview\r\n'+1,'=cmd|calc,'${PHONE},,,SUBSCRIBED,false\r\n`,
    )
    expect((await run('sms', 'export', 'deliveries', 'Acme Inn')).code).toBe(0)
    expect((await run('sms', 'export', 'people', 'Acme Inn')).code).toBe(1)
  })
})
