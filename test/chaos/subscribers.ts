import { type ColloquyClient, createColloquyClient, type TypedDocument } from '../../src/client/client.ts'
import type { Client } from '../support/client.ts'
import type { Company, Target } from './cast.ts'
import { pick } from './chance.ts'
import type { ServerNode } from './server-node.ts'
import type { Wire } from './watched-socket.ts'

/** A subscriber that follows a stream from before the first message, and every message that it received. */
export interface Subscriber {
  readonly name: string
  readonly company: Company
  readonly person: Client
  /** The one conversation it follows; undefined follows the inbox. */
  readonly conversationId: string | undefined
  readonly heard: { id: string; conversationId: string; seq: number }[]
  /** Why the stream has ended, which none may. */
  ended: string | undefined
  readonly client: ColloquyClient
}

const INBOXES = 60
const CONVERSATIONS = 40
/** Of five subscribers one asks for everything the library asks for by itself. */
const BULKY_EVERY = 5

interface MessageEvent {
  __typename: string
  cursor?: string
  message?: { id: string; seq: number; conversation: { id: string } }
}

const message = 'cursor message { id seq conversation { id } }'
const others = (names: string[]) => names.map((name) => `... on ${name} { cursor }`).join(' ')
const inboxDocument = `subscription ($after: String) { inboxEvents(after: $after) { __typename
  ... on ConversationActivity { ${message} }
  ${others(['ConversationRead', 'InboxConversationChanged', 'ConversationRemoved', 'BroadcastReceived', 'Discontinuity'])}
} }` as TypedDocument<{ inboxEvents: MessageEvent }, { after?: string }>
const conversationDocument = `subscription ($id: ID!, $after: String) {
  conversationEvents(conversationId: $id, after: $after) { __typename ... on MessageSent { ${message} }
  ${others(['MessageEdited', 'MessageRetracted', 'MessageHidden', 'ReactionsChanged', 'ReceiptAdvanced', 'ParticipantsChanged', 'ConversationChanged', 'ConversationRemoved', 'Discontinuity'])}
} }` as TypedDocument<{ conversationEvents: MessageEvent }, { id: string; after?: string }>

/** Starts a company's subscribers: more devices than people for the inboxes, and some who look at one conversation. */
export async function subscribeCompany(
  company: Company,
  { nodes, wire, random }: { nodes: ServerNode[]; wire: Wire; random: () => number },
): Promise<Subscriber[]> {
  const subscribers: Promise<Subscriber>[] = []
  const open = (person: Client, target?: Target) => {
    const isBulky = subscribers.length % BULKY_EVERY === 0
    const client = createColloquyClient({
      url: () => `${pick(random, nodes).doors[isBulky ? 'bulky' : 'plain'].url}/graphql`,
      token: () => person.token,
      webSocket: wire.socket,
    })
    const name = `${company.name} ${subscribers.length}${isBulky ? ', bulky,' : ''} on ${target ? target.kind : 'the inbox'}`
    const subscriber = {
      name,
      company,
      person,
      conversationId: target?.id,
      heard: [],
      ended: undefined,
      client,
    }
    subscribers.push(follow(subscriber, isBulky))
  }
  for (let at = 0; at < INBOXES; at += 1) open(company.people[at % company.people.length] as Client)
  for (let at = 0; at < CONVERSATIONS; at += 1) {
    const target = at % 4 === 0 ? (company.targets[0] as Target) : pick(random, company.targets)
    // Until the first message a direct conversation is there for its founder alone.
    open(target.kind === 'direct' ? (target.people[0] as Client) : pick(random, target.people), target)
  }
  return await Promise.all(subscribers)
}

/** Resolves when the place to begin from is known. */
async function follow(subscriber: Subscriber, isBulky: boolean): Promise<Subscriber> {
  const { person, conversationId: id } = subscriber
  const { viewer, conversation } = await person.run(
    'query ($id: ID!, $on: Boolean!) { viewer { inboxCursor } conversation(id: $id) @include(if: $on) { eventsCursor } }',
    { id: id ?? '', on: id !== undefined },
  )
  const after = id ? conversation.eventsCursor : viewer.inboxCursor
  record(subscriber, events(subscriber, isBulky, after)).then(
    () => (subscriber.ended = 'it ended'),
    (error) => (subscriber.ended = String(error.stack ?? error)),
  )
  return subscriber
}

function events(
  { client, conversationId: id }: Subscriber,
  isBulky: boolean,
  after: string,
): AsyncIterable<MessageEvent> {
  if (id === undefined) {
    return isBulky ? (client.inboxEvents({ after }) as never) : client.subscribe(inboxDocument, {}, { after })
  }
  return isBulky
    ? (client.conversationEvents(id, { after }) as never)
    : client.subscribe(conversationDocument, { id }, { after })
}

async function record({ heard }: Subscriber, stream: AsyncIterable<MessageEvent>): Promise<void> {
  for await (const { __typename, message } of stream) {
    if ((__typename !== 'MessageSent' && __typename !== 'ConversationActivity') || !message) continue
    heard.push({ id: message.id, seq: message.seq, conversationId: message.conversation.id })
  }
}
