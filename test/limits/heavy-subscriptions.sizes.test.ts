import { expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { openSocket } from '../support/raw-socket.ts'

const SUBSCRIPTIONS = 100
const MESSAGES = 5

/** Each asks by a name of its own, so that no answer is shared with another. */
function heavy(at: number): string {
  return `subscription { inboxEvents { __typename ... on ConversationActivity { name${at}: __typename message { id body
    conversation { messages(last: 50) { nodes { id body createdAt author { id name } } } } } } } }`
}

it('a hundred heavy subscriptions of one person do not keep others waiting, and all events arrive', {
  timeout: 600_000,
}, async () => {
  await using app = await startApp()
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const { gina } = await app.company('Globex', { gina: 'owner' })
  for (let at = 0; at < 50; at += 1)
    await alice.say({ recipientId: bob.userId }, 'a message of thirty bytes here')
  const { ask, say, frames, frame, socket } = await openSocket(app.url, {
    authorization: `Bearer ${bob.token}`,
  })
  for (let at = 0; at < SUBSCRIPTIONS; at += 1)
    say({ type: 'subscribe', id: `heavy-${at}`, payload: { query: heavy(at) } })
  await ask('{ viewer { user { id } } }')
  const isEvent = ({ type, payload }: { type: string; payload?: { data?: { inboxEvents?: unknown } } }) =>
    type === 'next' && payload?.data?.inboxEvents !== undefined
  const delivered = () => frames.filter(isEvent).length

  for (let at = 0; at < MESSAGES; at += 1)
    await alice.say({ recipientId: bob.userId }, `heavy news number ${at}`)
  await frame(isEvent)
  let max = 0
  while (delivered() < SUBSCRIPTIONS * MESSAGES) {
    const before = delivered()
    await gina.run('{ viewer { user { id } } }')
    max = Math.max(max, delivered() - before)
  }
  // Answered between a few of the five hundred events, not after them.
  expect(max).toBeLessThan((SUBSCRIPTIONS * MESSAGES) / 4)
  expect(delivered()).toBe(SUBSCRIPTIONS * MESSAGES)
  socket.close()
})
