import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { statement } from '../../src/database/statement.ts'
import { RequestError } from '../../src/errors.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'

const limit = statement({ name: 'limit', text: `select current_setting('statement_timeout') as "limit"` })
const slow = statement({ name: 'slow', text: 'select pg_sleep(60)' })

describe('the time that one statement may take', () => {
  let cluster: TestDatabase
  let opened: Database[] = []
  beforeAll(async () => {
    cluster = await cloneDatabase()
  })
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()))
    opened = []
    await cluster.drop()
  })

  function open(parameters = ''): Database {
    const database = openDatabase({
      appUrl: `${cluster.appUrl}${parameters}`,
      systemUrl: cluster.systemUrl,
      poolSize: 2,
      log: pino({ level: 'silent' }),
    })
    opened.push(database)
    return database
  }

  it('is limited for the serving role and not for the system role', async () => {
    const database = open()
    expect(await database.unbound(limit, {})).toEqual([{ limit: '15s' }])
    expect(await database.acrossCompanies(limit, {})).toEqual([{ limit: '0' }])
  })

  it('ends a statement as unavailable, follows the URL, and leaves the connection usable', async () => {
    const database = open('?statement_timeout=250')
    await expect(database.unbound(slow, {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The database did not answer in time; try again later, or ask for less.',
    })
    await expect(database.unbound(slow, {})).rejects.toThrow(RequestError)
    expect(await database.unbound(limit, {})).toEqual([{ limit: '250ms' }])
  })
})
