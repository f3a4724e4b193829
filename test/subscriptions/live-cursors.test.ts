import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import { onDatabase } from '../support/on-database.ts'
import type { Recorder } from '../support/recorder.ts'
import { changeManyTimes, positionOf, range } from '../support/stored-events.ts'

const SELECTION = '... on Discontinuity { cursor }'
const CURSOR_BYTES = 24

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let globex: TestCompany<'gina'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  globex = await app.company('Globex', { gina: 'owner' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())

describe.each<Transport>(['WebSocket', 'SSE'])('a cursor over %s', (transport) => {
  const inbox = (after: string) => followInbox(acme.bob, transport, SELECTION, after)
  const group = (after: string) => followConversation(acme.bob, transport, groupId, SELECTION, after)

  it('is refused if it is not one', async () => {
    const mine = await cursorsOf(acme.bob, groupId)
    for (const [cursor, follow] of [
      [mine.inbox, inbox],
      [mine.events, group],
    ] as const) {
      const made = {
        nothing: '',
        garbage: 'garbage',
        'another script': 'курсор',
        zeros: Buffer.alloc(CURSOR_BYTES).toString('base64url'),
        'too short': cursor.slice(0, -4),
        'too long': `${cursor}AAAA`,
        'very long': cursor.repeat(200),
        'written otherwise': `${cursor}=`,
        'the position alone': String(positionOf(cursor)),
      }
      await expectExpired(made, follow)
    }
  })

  it('is refused if any one byte of it is another', { timeout: 90_000 }, async () => {
    const mine = await cursorsOf(acme.bob, groupId)
    for (const [cursor, follow] of [
      [mine.inbox, inbox],
      [mine.events, group],
    ] as const) {
      const flipped = range(0, CURSOR_BYTES - 1).map((at) => {
        const bytes = Buffer.from(cursor, 'base64url')
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
        return [`byte ${at}`, bytes.toString('base64url')]
      })
      await expectExpired(Object.fromEntries(flipped), follow)
    }
  })

  it("is refused if it is somebody else's, another company's or another stream's", async () => {
    const otherId = await acme.alice.group('Other', [acme.bob])
    const mine = await cursorsOf(acme.bob, groupId)
    const hers = await cursorsOf(acme.alice, groupId)
    const theirs = await cursorsOf(globex.gina, await globex.gina.group('Team'))
    await expectExpired(
      { 'her inbox': hers.inbox, 'their inbox': theirs.inbox, 'a conversation': mine.events },
      inbox,
    )
    await expectExpired(
      {
        'her conversation': hers.events,
        'their conversation': theirs.events,
        'another conversation': (await cursorsOf(acme.bob, otherId)).events,
        'the inbox': mine.inbox,
      },
      group,
    )
  })

  it('is refused if it is ahead of all that there is, as after a backup was put back', async () => {
    const ahead = await cursorsOfWhatIsLost()
    await expectExpired({ 'of the future': ahead.inbox }, inbox)
    await expectExpired({ 'of the future': ahead.events }, group)
  })

  it('is refused even when other events have its place, if the places were moved on', async () => {
    const lost = await cursorsOfWhatIsLost()
    await onDatabase(
      app,
      'update company_streams set position = position + 1000000000 where company_id = $1',
      [acme.companyUuid],
    )
    const fresh = await cursorsOf(acme.bob, groupId)
    await changeManyTimes(app, acme.companyUuid, groupId, 10)
    await expectExpired({ 'of what was lost': lost.inbox }, inbox)
    await expectExpired({ 'of what was lost': lost.events }, group)
    for (const recorder of [inbox(fresh.inbox), group(fresh.events)]) {
      await recorder.count(10)
      await recorder[Symbol.asyncDispose]()
    }
  })

  it('is refused once the events after it are no longer kept, and holds at the last that is gone', async () => {
    const { bob, companyUuid } = acme
    const tooOld = await cursorsOf(bob, groupId)
    await changeManyTimes(app, companyUuid, groupId, 1)
    const justGone = await cursorsOf(bob, groupId)
    await changeManyTimes(app, companyUuid, groupId, 1)
    await onDatabase(app, 'delete from events where company_id = $1 and position <= $2', [
      companyUuid,
      positionOf(justGone.inbox),
    ])
    await expectExpired({ 'too old': tooOld.inbox }, inbox)
    await expectExpired({ 'too old': tooOld.events }, group)
    for (const recorder of [inbox(justGone.inbox), group(justGone.events)]) {
      const [first] = await recorder.count(1)
      expect(first.__typename).toMatch(/ConversationChanged$/)
      await recorder[Symbol.asyncDispose]()
    }
  })
})

it('a stream that is ahead of a database that has gone back ends when somebody comes, and then all is heard', async () => {
  const { alice, bob } = acme
  const selection = `${SELECTION} ... on MessageSent { cursor message { body } } ... on ConversationChanged { cursor }`
  const { events: after } = await cursorsOf(alice, groupId)
  await using ahead = followConversation(alice, 'WebSocket', groupId, selection, after)
  await changeManyTimes(app, acme.companyUuid, groupId, 5)
  await ahead.count(5)
  await loseEvents(positionOf(after))
  const { events: now } = await cursorsOf(bob, groupId)
  await using late = followConversation(bob, 'WebSocket', groupId, selection, now)
  await ahead.until(({ isComplete }) => isComplete)
  expect(ahead.events.at(-1)?.__typename).toBe('Discontinuity')
  for (const body of ['one', 'two']) await alice.say({ conversationId: groupId }, body)
  const heard = await late.count(2)
  expect(heard.map(({ message }) => message.body)).toEqual(['one', 'two'])
})

/** Cursors of events that are lost, because a backup from before them was put back. */
async function cursorsOfWhatIsLost() {
  const before = await changeManyTimes(app, acme.companyUuid, groupId, 1)
  await changeManyTimes(app, acme.companyUuid, groupId, 5)
  const ahead = await cursorsOf(acme.bob, groupId)
  await loseEvents(before)
  return ahead
}

/** Puts the company's stream back to where it was at that position. */
async function loseEvents(position: number): Promise<void> {
  const values = [acme.companyUuid, position]
  await withClient(app.database.adminUrl, async (admin) => {
    // A backup that is put back deletes nothing, so no trigger keeps it from losing the newest.
    await admin.query('set session_replication_role = replica')
    await admin.query('delete from events where company_id = $1 and position > $2', values)
    await admin.query('update company_streams set position = $2 where company_id = $1', values)
  })
}

/** Holds that each is refused with what to do next, with no data, and that its stream has ended. */
async function expectExpired(
  cursors: Record<string, string>,
  follow: (after: string) => Recorder,
): Promise<void> {
  const heard: Record<string, unknown> = {}
  for (const [name, cursor] of Object.entries(cursors)) {
    await using recorder = follow(cursor)
    await recorder.until(({ isComplete }) => isComplete)
    heard[name] = recorder.answers
  }
  const refused = [
    {
      errors: [
        expect.objectContaining({
          message: expect.stringMatching(
            /: read the data anew, with its cursor, and subscribe from there\.$/,
          ),
          extensions: { code: 'CURSOR_EXPIRED' },
        }),
      ],
    },
  ]
  expect(heard).toEqual(Object.fromEntries(Object.keys(cursors).map((name) => [name, refused])))
}
