import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'

let app: TestApp
let acme: TestCompany<'alice'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

const set = (input: Data): Promise<Data> => acme.alice.mutate('updateSmsSettings', input)

it('quiet hours have both ends or none, whatever part of them is given and stored', async () => {
  const detail = 'Set both ends of the quiet hours, or both to null.'
  for (const stored of [
    { quietFrom: '21:00', quietTo: '08:00' },
    { quietFrom: null, quietTo: null },
  ]) {
    expect(await set(stored)).toMatchObject({ __typename: 'UpdateSmsSettingsPayload' })
    for (const name of ['quietFrom', 'quietTo']) {
      const other = stored.quietFrom === null ? '22:00' : null
      expect(await set({ [name]: other })).toMatchObject({ __typename: 'InvalidInputError', detail })
    }
    expect(await set({ quietFrom: null, quietTo: '08:00' })).toMatchObject({ detail })
  }
  await set({ quietFrom: '21:00', quietTo: '08:00' })
  expect(await set({ quietTo: '09:00' })).toMatchObject({ __typename: 'UpdateSmsSettingsPayload' })
})

it.each(['start', 'ＹＥＳ', 'Help!', 'info', '...', '🛑'])(
  'the word %j cannot become one of the company that means STOP',
  async (word) => {
    expect(await set({ stopWords: ['Arret', word] })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['stopWords', '1'] }],
    })
  },
)
