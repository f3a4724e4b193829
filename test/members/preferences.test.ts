import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('preferences', () => {
  it('change one by one; what is left out or null stays', async () => {
    const { alice, bob } = await app.company('Prefs', { alice: 'member', bob: 'auditor' })
    const on = { sound: true, browserNotifications: true, emailWhenOffline: true }
    const fields = 'preferences { sound browserNotifications emailWhenOffline }'
    const read = async (client: Client) => (await client.run(`{ viewer { ${fields} } }`)).viewer.preferences
    expect(await read(alice)).toEqual(on)
    const change = async (input: Data) => {
      const query = `mutation ($input: UpdatePreferencesInput!) {
        updatePreferences(input: $input) { ... on UpdatePreferencesPayload { ${fields} } } }`
      return (await alice.run(query, { input })).updatePreferences.preferences
    }
    expect(await change({ sound: false })).toEqual({ ...on, sound: false })
    expect(await change({})).toEqual({ ...on, sound: false })
    expect(await change({ sound: null, emailWhenOffline: false })).toEqual({
      sound: false,
      browserNotifications: true,
      emailWhenOffline: false,
    })
    expect(await change({ sound: true, browserNotifications: false })).toEqual({
      sound: true,
      browserNotifications: false,
      emailWhenOffline: false,
    })
    expect(await read(alice)).toEqual({ sound: true, browserNotifications: false, emailWhenOffline: false })
    expect(await read(bob)).toEqual(on)
    const { errors } = await alice.send(
      'mutation { updatePreferences(input: { sound: "loud" }) { __typename } }',
    )
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    expect(await read(alice)).toMatchObject({ sound: true })
  })
})
