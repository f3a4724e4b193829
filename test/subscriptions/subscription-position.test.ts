import { expect, it } from 'vitest'
import { Subscription } from '../../src/subscriptions/subscription.ts'

function subscriptionThatReached(reached: number): Subscription {
  const expiresAt = new Date(Date.now() + 60_000)
  const conversationId = 'talk'
  const options = { userId: 'ann', stream: conversationId, conversationId, position: 0, expiresAt }
  const subscription = new Subscription(options)
  subscription.hasJoined({ start: 5, reached, leave() {} })
  return subscription
}

it.each([
  ['the feed, for which nothing concerned it meanwhile', 9, 9],
  ['its own beginning, while it catches up', 0, 5],
])('a subscription that is interrupted resumes after the position of %s', async (_, reached, position) => {
  const subscription = subscriptionThatReached(reached)
  subscription.interrupt()
  expect((await subscription.queue.next()).value).toMatchObject({ type: 'Discontinuity', position })
})

it('a typing event resumes after all that the feed has offered', async () => {
  const subscription = subscriptionThatReached(9)
  subscription.offerTyping('bob', true)
  expect((await subscription.queue.next()).value).toMatchObject({ type: 'TypingChanged', position: 9 })
  subscription.queue.end()
})
