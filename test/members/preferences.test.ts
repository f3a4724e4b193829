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

  const FIELDS = 'locale doNotDisturbUntil showPreviewInNotifications'
  const prefer = (client: Client, input: Data): Promise<Data> =>
    client.mutate('updatePreferences', input, `preferences { ${FIELDS} }`)

  it('hold a language, an end of do-not-disturb and the wish for previews', async () => {
    const { alice, bob } = await app.company('Prefs', { alice: 'member', bob: 'member' })
    const read = async (client: Client) =>
      (await client.run(`{ viewer { preferences { ${FIELDS} } } }`)).viewer.preferences
    const none = { locale: null, doNotDisturbUntil: null, showPreviewInNotifications: true }
    expect(await read(alice)).toEqual(none)
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const all = { locale: 'de-AT', doNotDisturbUntil: until, showPreviewInNotifications: false }
    expect((await prefer(alice, { ...all, locale: 'DE-at' })).preferences).toEqual(all)
    expect((await prefer(alice, {})).preferences).toEqual(all)
    expect(await read(alice)).toEqual(all)
    expect(await read(bob)).toEqual(none)
    const emptied = { locale: null, doNotDisturbUntil: null, showPreviewInNotifications: null }
    expect((await prefer(alice, emptied)).preferences).toEqual({ ...none, showPreviewInNotifications: false })
  })

  it('take no language that is none, and no end of do-not-disturb in the past', async () => {
    const { alice } = await app.company('Prefs', { alice: 'member' })
    for (const locale of [
      '',
      'deutsch please',
      'de_AT',
      'x'.repeat(86),
      `en-${'a1b2c3d4-'.repeat(20)}a`,
      'e\0n',
    ]) {
      expect(await prefer(alice, { locale })).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: ['locale'], detail: 'This is not a BCP 47 language tag, such as de-AT.' }],
      })
    }
    for (const locale of ['en', 'zh-Hant-TW', 'sr-Cyrl-RS-u-ca-buddhist'])
      expect((await prefer(alice, { locale })).preferences.locale).toBe(locale)
    expect(await prefer(alice, { doNotDisturbUntil: new Date(Date.now() - 1).toISOString() })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['doNotDisturbUntil'], detail: 'The end of do-not-disturb lies in the future.' }],
    })
  })

  it('let nothing disturb until the end of do-not-disturb, mentions included', async () => {
    const { alice, bob } = await app.company('Prefs', { alice: 'supervisor', bob: 'member' })
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'Hello')
    await using events = await bob.inbox(
      '... on ConversationActivity { message { body } notify } ... on BroadcastReceived { notify }',
    )
    const until = new Date(Date.now() + 5_000)
    await prefer(bob, { doNotDisturbUntil: until.toISOString() })
    await alice.say({ conversationId }, 'One', { mentionIds: [bob.userId] })
    await alice.mutate('sendBroadcast', { audience: 'ALL', subject: 'News', body: 'We moved.' })
    await events.count(2)
    const ended = async () =>
      (await bob.run('{ viewer { preferences { doNotDisturbUntil } } }')).viewer.preferences.doNotDisturbUntil
    await expect.poll(ended, { timeout: 30_000 }).toBeNull()
    expect(Date.now()).toBeGreaterThanOrEqual(until.getTime())
    await alice.say({ conversationId }, 'Two')
    expect((await events.count(3)).map(({ notify }) => notify)).toEqual([false, false, true])
  })
})
