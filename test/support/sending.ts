import { readFileSync } from 'node:fs'
import { Kind, type ObjectTypeDefinitionNode, parse, print, valueFromASTUntyped } from 'graphql'
import type { Answer, Client } from './client.ts'
import type { RawSocket } from './raw-socket.ts'

/** The sent message, or the error of the limit that it met. */
export interface Sent {
  sent?: true
  code?: string
  message?: string
  retryAfterMs?: number
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }`

/** Sends a message over HTTP; anything but acceptance or a limit fails the test. */
export async function trySend(
  from: Client,
  to: { userId: string },
  body: string,
  more: Record<string, unknown> = {},
): Promise<Sent> {
  return outcome(await from.send(SEND, { input: { recipientId: to.userId, body, ...more } }))
}

/** The same over a WebSocket. */
export async function trySendOver(socket: RawSocket, to: { userId: string }, body: string): Promise<Sent> {
  const { payload } = await socket.ask(SEND, { variables: { input: { recipientId: to.userId, body } } })
  return outcome(payload)
}

function outcome({ data, errors }: Answer): Sent {
  const [error] = errors ?? []
  if (!error && data.sendMessage.__typename === 'SendMessagePayload') return { sent: true }
  const { code, retryAfterMs } = error?.extensions ?? {}
  if (code !== 'RATE_LIMITED') throw new Error(`Not sent: ${JSON.stringify({ data, errors })}`)
  return { code, message: error?.message ?? '', retryAfterMs: Number(retryAfterMs) }
}

/** Every mutation with the limits that schema.graphql shows for it, and the name of its input type. */
export function mutations() {
  const { definitions } = parse(readFileSync('schema.graphql', 'utf8'))
  const type = definitions.find(
    (definition): definition is ObjectTypeDefinitionNode =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === 'Mutation',
  )
  return (type?.fields ?? []).map(({ name, arguments: args, directives = [] }) => ({
    name: name.value,
    windows: directives
      .filter((directive) => directive.name.value === 'rateLimit')
      .map((directive) => {
        const given = Object.fromEntries(
          (directive.arguments ?? []).map((each) => [each.name.value, each.value]),
        )
        return {
          max: Number(given.max && valueFromASTUntyped(given.max)),
          per: String(given.per && valueFromASTUntyped(given.per)),
        }
      }),
    inputType: args?.[0] ? print(args[0].type).replace('!', '') : '',
  }))
}
