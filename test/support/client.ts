import type { FormattedExecutionResult } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { Recorder } from './recorder.ts'

/** The answer to an operation. `data` has the fields that the test selected. */
// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for.
export type Data = any
export type Answer = FormattedExecutionResult<Data>

/** One signed-in person, as a frontend would be. */
export class Client {
  readonly url: string
  readonly token: string
  /** The person's id in the API. */
  readonly userId: string
  readonly uuid: string
  readonly externalId: string

  constructor(url: string, token: string, user: { userId: string; uuid: string; externalId: string }) {
    this.url = url
    this.token = token
    this.userId = user.userId
    this.uuid = user.uuid
    this.externalId = user.externalId
  }

  /** The same person at another node, or with another token. */
  at(url: string, token = this.token): Client {
    return new Client(url, token, this)
  }

  /** Sends one operation over HTTP and gives the whole answer. */
  async send(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, ...headers },
      body: JSON.stringify({ query, variables }),
    })
    return (await response.json()) as Answer
  }

  /** Sends one operation that must succeed, and gives its data. */
  async run(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Data> {
    const { data, errors } = await this.send(query, variables, headers)
    if (errors) throw new Error(`The operation failed: ${JSON.stringify(errors)}\n${query}`)
    return data
  }

  /** Runs a mutation with one input and gives its result, whichever member of the union that is. */
  async mutate(
    field: string,
    input: Record<string, unknown>,
    selection = '',
    headers: Record<string, string> = {},
  ): Promise<Data> {
    const type = field.charAt(0).toUpperCase() + field.slice(1)
    const data = await this.run(
      `mutation ($input: ${type}Input!) { result: ${field}(input: $input) {
        __typename
        ... on ${type}Payload { ${selection || '__typename'} }
        ... on UserError { detail }
        ... on InvalidInputError { issues { path detail } }
        ... on PermissionDeniedError { permission }
      } }`,
      { input },
      headers,
    )
    return data.result
  }

  /** Sends a message and gives it; it must be accepted. */
  async say(
    to: { conversationId: string } | { recipientId: string },
    body: string,
    more: Record<string, unknown> = {},
  ): Promise<Data> {
    const sent = await this.mutate(
      'sendMessage',
      { ...to, body, ...more },
      'message { id seq body depth createdAt } conversation { id }',
    )
    if (sent.__typename !== 'SendMessagePayload') throw new Error(`Not sent: ${JSON.stringify(sent)}`)
    return { ...sent.message, conversationId: sent.conversation.id }
  }

  /** Creates a group and gives its id. */
  async group(title: string, members: Client[] = [], more: Record<string, unknown> = {}): Promise<string> {
    const created = await this.mutate(
      'createGroup',
      { title, memberIds: members.map((member) => member.userId), ...more },
      'conversation { id }',
    )
    if (created.__typename !== 'CreateGroupPayload')
      throw new Error(`Not created: ${JSON.stringify(created)}`)
    return created.conversation.id
  }

  /** Follows the inbox from now on: everything after this call's return arrives. */
  async inbox(selection: string): Promise<Recorder> {
    const { viewer } = await this.run('{ viewer { inboxCursor } }')
    return this.subscribe(
      `subscription ($after: String) { inboxEvents(after: $after) { __typename ${selection} } }`,
      {
        after: viewer.inboxCursor,
      },
    )
  }

  /** Follows one conversation from now on, or from a cursor. */
  async watch(conversationId: string, selection: string, after?: string): Promise<Recorder> {
    const { conversation } = await this.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', {
      id: conversationId,
    })
    return this.subscribe(
      `subscription ($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) { __typename ${selection} } }`,
      { id: conversationId, after: after ?? conversation.eventsCursor },
    )
  }

  /** Subscribes over a WebSocket of its own and records what comes. */
  subscribe(
    query: string,
    variables: Record<string, unknown> = {},
    connectionParams: Record<string, unknown> = { authorization: `Bearer ${this.token}` },
  ): Recorder {
    const recorder = new Recorder()
    const socket = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      connectionParams,
      retryAttempts: 0,
      webSocketImpl: WebSocket,
    })
    recorder.onDispose = () => socket.dispose()
    socket.on('closed', (event) => recorder.closed(event))
    recorder.unsubscribe = socket.subscribe({ query, variables }, recorder.sink)
    return recorder
  }
}
