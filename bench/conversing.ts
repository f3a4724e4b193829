import { Agent, request } from 'node:http'
import { encodeId } from '../src/ids.ts'
import { prose } from './sending.ts'
import type { Actor, Stage } from './stage.ts'

const BODY = prose(160)
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { seq } } ... on UserError { detail } } }`
const GROUP = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { ... on CreateGroupPayload { conversation { id } } } }`
const CURSOR = '{ viewer { inboxCursor } }'

/** Sends messages whose bodies begin with the time at which they were due, and other operations, over kept connections. */
export class Conversing {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 })

  /** Makes a group of all these people and returns its id. */
  async createGroup({ url }: Pick<Stage, 'url'>, actors: Actor[]): Promise<string> {
    const [owner, ...others] = actors
    if (!owner) throw new Error('There is nobody to make a group.')
    const memberIds = others.map(({ userId }) => encodeId('User', userId))
    const { createGroup } = await this.#ask(url, owner, GROUP, { input: { title: 'All', memberIds } })
    if (!createGroup) throw new Error('There is no group.')
    return createGroup.conversation.id
  }

  /** Returns the position of the inbox that a subscription resumes after. */
  async inboxCursor(url: string, actor: Actor): Promise<string> {
    const { viewer } = await this.#ask(url, actor, CURSOR, {})
    if (!viewer) throw new Error('There is no cursor.')
    return viewer.inboxCursor
  }

  /** Sends one message, and throws unless it was stored. */
  async send(url: string, actor: Actor, target: object, dueAtMs = Date.now()): Promise<void> {
    const input = { ...target, body: `${dueAtMs} ${BODY}` }
    const { sendMessage } = await this.#ask(url, actor, SEND, { input })
    if (!sendMessage?.message) throw new Error(sendMessage?.detail ?? 'The message was not sent.')
  }

  close(): void {
    this.#agent.destroy()
  }

  #ask(url: string, { token }: Actor, query: string, variables: object): Promise<Answer> {
    const body = JSON.stringify({ query, variables })
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, headers }
      const call = request(`${url}/graphql`, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()).data ?? {}))
      })
      call.on('error', reject)
      call.end(body)
    })
  }
}

interface Answer {
  viewer?: { inboxCursor: string }
  createGroup?: { conversation: { id: string } }
  sendMessage?: { message?: object; detail?: string }
}
