import { afterAll, beforeAll, expect, it } from 'vitest'
import { rowsOf } from '../../src/database/columns.ts'
import { statement } from '../../src/database/statement.ts'
import { readEvents } from '../../src/events/event-page.ts'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

const append = statement({
  name: 'append_permitted_event',
  parameters: ['permission'],
  row: rowsOf<{ position: string }>(),
  text: `select app.append_event('ACCESS_CHANGED', null, p_permission => :permission)::text as position`,
})

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it.each([
  ['MESSAGE_MODERATE', ['anna', 'sue']],
  ['AUDIT_READ', ['anna']],
  [null, ['anna', 'max', 'sue']],
])('an event that wants the permission %s is shown to %j only', async (permission, names) => {
  const company = await app.company('Acme', { anna: 'owner', sue: 'supervisor', max: 'member' })
  const system = app.application.services.database.forSystem(company.companyUuid)
  const [{ position } = { position: '' }] = await system.query(append, { permission })
  const people = [company.anna, company.max, company.sue]
  const range = { after: Number(position) - 1, max: 10 }
  const { events } = await readEvents(system, range, `{${people.map(({ uuid }) => uuid)}}`)
  const shown = people.filter(({ uuid }) => events[0]?.visibleTo.has(uuid))
  expect(shown.map(({ uuid }) => uuid)).toEqual(names.map((name) => company[name as 'anna'].uuid))
})
