import { describe, expect, it } from 'vitest'
import { GUESTS, INBOX, MODERATION } from '../../src/events/cursor.ts'
import type { LiveEvent } from '../../src/events/event-row.ts'
import { LocalSubscribers } from '../../src/events/local-subscribers.ts'
import type { Subscriber } from '../../src/events/subscriber.ts'

const subscriberOf = (userId: string, stream: string) => ({ userId, stream }) as Subscriber

const streams = {
  annInbox: subscriberOf('ann', INBOX),
  annInboxAgain: subscriberOf('ann', INBOX),
  bobInbox: subscriberOf('bob', INBOX),
  bobTalk: subscriberOf('bob', 'talk'),
  calOther: subscriberOf('cal', 'other'),
  calGuests: subscriberOf('cal', GUESTS),
  danCases: subscriberOf('dan', MODERATION),
}

function eventOf(more: Partial<LiveEvent>): LiveEvent {
  const nobody = { recipientId: null, memberIds: new Set<string>(), leftIds: [] }
  return { kind: 'MESSAGE_SENT', conversationId: 'talk', ...nobody, ...more } as LiveEvent
}

function setUp() {
  const local = new LocalSubscribers()
  for (const subscriber of Object.values(streams)) local.add(subscriber, 7)
  const named = (found: Iterable<Subscriber>) =>
    [...found].map((one) => Object.entries(streams).find(([, other]) => other === one)?.[0]).sort()
  return { local, concerned: (more: Partial<LiveEvent>) => named(local.concernedBy(eventOf(more))) }
}

describe('the subscribers of a company in one process', () => {
  it.each<[string, Partial<LiveEvent>, string[]]>([
    ['the inboxes of its members', { memberIds: new Set(['ann']) }, ['annInbox', 'annInboxAgain', 'bobTalk']],
    ['the inbox of somebody who has left', { leftIds: ['bob'] }, ['bobInbox', 'bobTalk']],
    [
      'the inbox of its only recipient',
      { recipientId: 'bob', memberIds: new Set(['ann']) },
      ['bobInbox', 'bobTalk'],
    ],
    ['no inbox, if it belongs to no conversation', { conversationId: null }, []],
  ])('an event concerns its conversation, guests, cases, and %s', (_, event, expected) => {
    expect(setUp().concerned(event)).toEqual([...expected, 'calGuests', 'danCases'].sort())
  })

  it('a change of access concerns all of them', () => {
    expect(setUp().concerned({ kind: 'ACCESS_CHANGED', conversationId: null })).toEqual(
      Object.keys(streams).sort(),
    )
  })

  it('an event concerns nobody who has left, also if they leave while it is offered', () => {
    const { local, concerned } = setUp()
    for (const subscriber of local.concernedBy(eventOf({ memberIds: new Set(['ann']) })))
      local.delete(subscriber)
    expect(concerned({ memberIds: new Set(['ann', 'bob']) })).toEqual(['bobInbox'])
    for (const subscriber of local.all()) local.delete(subscriber)
    expect([local.size, local.userIds]).toEqual([0, '{}'])
  })

  it('their people are named once each, as long as they have a subscription', () => {
    const { local } = setUp()
    expect(local.userIds).toBe('{ann,bob,cal,dan}')
    local.delete(streams.annInbox)
    expect(local.userIds).toBe('{ann,bob,cal,dan}')
    local.delete(streams.annInboxAgain)
    local.delete(streams.annInboxAgain)
    expect(local.userIds).toBe('{bob,cal,dan}')
    expect([local.addedAt(streams.bobInbox), local.addedAt(streams.annInbox)]).toEqual([7, undefined])
  })
})
