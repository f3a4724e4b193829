import type { Client, Data } from './client.ts'
import type { Recorder } from './recorder.ts'

const EVENTS =
  '... on TypingChanged { user { id } typing } ... on MessageSent { message { body } } ... on ConversationRemoved { conversationId }'

/** Says that somebody types or has stopped, and gives the result, whichever member of the union that is. */
export function setTyping(client: Client, conversationId: string, typing = true): Promise<Data> {
  return client.mutate('setTyping', { conversationId, typing }, 'conversation { id }')
}

/** Follows a conversation; a message of `author`, who is in it, shows that the subscription is there. */
export async function watchTyping(client: Client, conversationId: string, author: Client): Promise<Recorder> {
  const recorder = await client.watch(conversationId, EVENTS)
  await author.say({ conversationId }, 'begin')
  await recorder.event(({ message }) => message?.body === 'begin')
  return recorder
}

/** The typing that a recorder received, as pairs of id and state. */
export function typingIn({ events }: Recorder): [string, boolean][] {
  return events.flatMap(({ user, typing }) => (user ? [[user.id, typing]] : []) as [string, boolean][])
}
