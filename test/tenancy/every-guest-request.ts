import { expect, vi } from 'vitest'
import type { Client } from '../support/client.ts'

const PAGE = 'pageInfo { endCursor }'

/** Runs every kind of request about guests once. `ann` is the owner of the company. */
export async function writeToGuests(ann: Client): Promise<void> {
  await ann.mutate('updateSmsSettings', { from: '+14155550100', monthlyCap: 100_000 })
  const { guests } = await ann.run(
    `{ guests(first: 50) { nodes { name phone consent consentEvents(first: 5) { nodes { state } ${PAGE} } } ${PAGE} } }`,
  )
  const list = `query ($search: String, $after: String) { guests(first: 50, search: $search, after: $after) { nodes { id } ${PAGE} } }`
  await ann.run(list, { after: guests.pageInfo.endCursor })
  await ann.mutate('upsertGuests', {
    guests: [{ externalId: 'g', name: 'Gil Guest', phone: '+14155550123', consent: 'SUBSCRIBED' }],
  })
  for (const search of ['+14155550123', 'gil', 'gil guest', 'common']) await ann.run(list, { search })
  const found = await ann.run(list, { search: 'gil' })
  const [guest] = found.guests.nodes
  await ann.run('query ($id: ID!) { guest(id: $id) { name } }', { id: guest.id })
  await ann.mutate('recordGuestConsent', { guestId: guest.id, state: 'SUBSCRIBED' })
  await send(ann, guest.id)
  await follow(ann, guest.id)
  const inbound = `query ($after: String, $guestId: ID) { inboundMessages(first: 20, after: $after, guestId: $guestId) { nodes { id } ${PAGE} } }`
  const { inboundMessages } = await ann.run(inbound)
  await ann.run(inbound, { after: inboundMessages.pageInfo.endCursor })
  await ann.run(inbound, { guestId: guest.id })
  await ann.run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [inboundMessages.nodes[0].id] })
  await ann.run('{ viewer { company { settings { sms { from monthlyCap } } } } }')
  await ann.mutate('eraseGuest', { guestId: guest.id })
}

async function follow(ann: Client, guestId: string): Promise<void> {
  const document =
    'subscription ($after: String) { guestEvents(after: $after) { ... on ConsentChanged { cursor guest { consent } } } }'
  await using live = ann.subscribe(document)
  const change = async (state: string) => ann.mutate('recordGuestConsent', { guestId, state })
  // The stream starts a moment after it was asked for.
  await vi.waitFor(async () => {
    await change('OPTED_OUT')
    await change('SUBSCRIBED')
    expect(live.events.length).toBeGreaterThan(1)
  }, 30_000)
  await using missed = ann.subscribe(document, { after: live.events[0]?.cursor })
  await missed.count(1)
}

async function send(ann: Client, guestId: string): Promise<void> {
  const localTime = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T12:00:00`
  const schedule = { localTime, timeZone: 'UTC' }
  const { guestMessage } = await ann.mutate(
    'sendGuestMessage',
    { guestIds: [guestId], body: 'Your table is ready.', schedule },
    'guestMessage { id counts { status count } deliveries(first: 5) { nodes { id guest { name } } pageInfo { endCursor } } }',
  )
  const [delivery] = guestMessage.deliveries.nodes
  await ann.run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [delivery.id, guestMessage.id] })
  await ann.run('query ($id: ID!) { guestMessage(id: $id) { body } }', { id: guestMessage.id })
  await ann.mutate('cancelGuestMessage', { guestMessageId: guestMessage.id })
  const page = `query ($after: String) { guestMessages(first: 20, after: $after) { nodes { id counts { status count } } ${PAGE} } }`
  const { guestMessages } = await ann.run(page)
  await ann.run(page, { after: guestMessages.pageInfo.endCursor })
}
