import { type Application, openApplication } from '../application.ts'
import { findCompany } from '../companies/find-company.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { readPhone } from '../guests/phone-number.ts'
import { pausedSenders, runAgain } from '../sms/operations/due-sms.ts'
import { companiesOfNumber, readSmsSettings } from '../sms/sms-settings.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

interface Json {
  json?: boolean
}

const assign = statement({
  name: 'assign_sms_number',
  parameters: ['number', 'companyId'],
  text: 'insert into app.sms_numbers (number, company_id) values (:number, :companyId) on conflict do nothing',
})

const takeBack = statement({
  name: 'take_back_sms_number',
  parameters: ['number', 'companyId'],
  text: 'delete from app.sms_numbers n where n.number = :number and n.company_id = :companyId',
})

/** A company that no longer has a number sends from it no longer. */
const forgetNumber = statement({
  name: 'forget_sms_number',
  parameters: ['companyId', 'number'],
  text: `update sms_settings set from_number = null where company_id = :companyId and from_number = :number`,
})

const companiesThatWait = statement({
  name: 'companies_with_waiting_sms',
  row: rowsOf<{ companyId: string }>(),
  text: `select distinct d.company_id as "companyId" from guest_deliveries d where d.status = 'QUEUED' and d.due_at <= now()`,
})

const resumeSender = statement({
  name: 'resume_sms_sender',
  parameters: ['number'],
  row: rowsOf<{ number: string }>(),
  text: 'delete from app.sms_senders s where s.number = :number returning s.number',
})

const unmatchedInbound = statement({
  name: 'unmatched_inbound',
  row: rowsOf<{ id: string; receivedOn: string; receivedAt: Date; sealed: Buffer }>(),
  text: `select u.id, u.received_on as "receivedOn", u.received_at as "receivedAt", u.sealed from app.unmatched_inbound u
    order by u.received_at desc limit 100`,
})

const deadDeliveries = statement({
  name: 'dead_sms',
  parameters: ['companyId'],
  row: rowsOf<{ id: string; status: string; code: string | null; changedAt: Date }>(),
  text: `select d.id, d.status, d.provider_code as code, d.changed_at as "changedAt" from guest_deliveries d
    where d.company_id = :companyId and d.status in ('FAILED', 'UNDELIVERED', 'UNCERTAIN') order by d.changed_at desc limit 100`,
})

/** Prints a company's settings for SMS, its numbers excluded from what others see. */
export function smsSettings(company: string, { json }: Json): Promise<void> {
  return withApplication(async ({ services }) => {
    const { id, name } = await findCompany(services.database, company)
    const settings = await readSmsSettings(services.database.forSystem(id))
    const lines = Object.entries(settings).map(
      ([key, value]) => `${key.padEnd(16)} ${JSON.stringify(value)}\n`,
    )
    print(json, { company: name, ...settings }, `${name}\n${lines.join('')}`)
  })
}

/** Assigns a number to a company, also one that another company uses, or takes it back. */
export function smsNumber(
  company: string,
  given: string,
  { remove, json }: Json & { remove?: boolean },
): Promise<void> {
  return withApplication(async ({ services }) => {
    const { database } = services
    const number = phoneIn(given)
    const { id: companyId, name } = await findCompany(database, company)
    if (remove) await database.forSystem(companyId).query(forgetNumber, { companyId, number })
    await database.acrossCompanies(remove ? takeBack : assign, { number, companyId })
    const shared = await database.acrossCompanies(companiesOfNumber, { number })
    const text = `${number} is ${remove ? 'no longer' : 'now'} a number of ${name}; ${shared.length} in all use it.\n`
    print(json, { number, company: name, removed: remove === true, companies: shared.length }, text)
  })
}

/** Lets a number that the provider has paused send again. Throws StartupProblem if it is not paused. */
export function smsResume(given: string, { json }: Json): Promise<void> {
  return withApplication(async ({ services }) => {
    const { database } = services
    const number = phoneIn(given)
    const [resumed] = await database.acrossCompanies(resumeSender, { number })
    const paused = await database.acrossCompanies(pausedSenders, {})
    if (!resumed) {
      const names = paused.map((sender) => `${sender.number} (${sender.code})`).join(', ')
      throw new StartupProblem(`${number} is not paused. ${names ? `Paused: ${names}.` : 'No number is.'}`)
    }
    // Also those that send from the deployment's number, which is nobody's own.
    for (const { companyId } of await database.acrossCompanies(companiesThatWait, {}))
      await database.forSystem(companyId).query(runAgain, { at: new Date(), key: 'sms' })
    print(json, { number }, `${number} sends again.\n`)
  })
}

/** Prints the latest 100 incoming SMS that belong to no company. */
export function smsUnmatched({ json }: Json): Promise<void> {
  return withApplication(async ({ services }) => {
    const rows = await services.database.acrossCompanies(unmatchedInbound, {})
    const list = await Promise.all(
      rows.map(async ({ id, sealed, ...row }) => ({
        ...row,
        ...(JSON.parse(await services.deploymentKey.decrypt(sealed, id)) as {
          from: string
          body: string
        }),
      })),
    )
    const lines = list.map(
      (one) =>
        `${one.receivedAt.toISOString()}  ${one.from} → ${one.receivedOn}  ${JSON.stringify(one.body)}\n`,
    )
    print(json, { unmatched: list }, lines.join('') || 'No message waits.\n')
  })
}

/** Prints a company's latest 100 SMS that did not arrive, or may not have. */
export function smsDead(company: string, { json }: Json): Promise<void> {
  return withApplication(async ({ services }) => {
    const { id: companyId } = await findCompany(services.database, company)
    const list = await services.database.forSystem(companyId).query(deadDeliveries, { companyId })
    const lines = list.map(
      (one) => `${one.changedAt.toISOString()}  ${one.status.padEnd(11)}  ${one.code ?? '-'}  ${one.id}\n`,
    )
    print(json, { deliveries: list }, lines.join('') || 'None.\n')
  })
}

function phoneIn(given: string): string {
  const number = readPhone(given)
  if (!number)
    throw new StartupProblem(`${given} is not a phone number with its country, such as +14155550123.`)
  return number
}

function print(json: boolean | undefined, value: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text)
}

function withApplication(work: (application: Application) => Promise<void>): Promise<void> {
  return withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      await work(application)
    } finally {
      await application.close()
    }
  })
}
