import { newId } from '../src/ids.ts'
import type { Actor } from './stage.ts'

/** The answer of an operation. */
// biome-ignore lint/suspicious/noExplicitAny: the shape depends on the operation
type Answer = any

/** Runs an operation. Throws on errors, and on a result that is not the payload. */
async function call(url: string, { token }: Actor, query: string, variables: object): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: Record<string, Answer>; errors?: unknown }
  const [result] = Object.values(data ?? {})
  if (errors || (result.__typename && !result.__typename.endsWith('Payload')))
    throw new Error(JSON.stringify(errors ?? result))
  return result
}

/** Lets a company send at full pace, day and night. */
export function openAllDay(url: string, actor: Actor, from: string): Promise<Answer> {
  const query = `mutation ($input: UpdateSmsSettingsInput!) { updateSmsSettings(input: $input) { __typename } }`
  const input = { from, quietFrom: null, quietTo: null, batchSize: 1000, batchSeconds: 1 }
  return call(url, actor, query, { input })
}

const IMPORT_ROWS = 1_000

/** Imports subscribed guests, a thousand at a time. Returns the milliseconds of each import. */
export async function importGuests(
  url: string,
  actor: Actor,
  count: number,
  phoneOf: (at: number) => string,
): Promise<number[]> {
  const query = `mutation ($input: UpsertGuestsInput!) { upsertGuests(input: $input) { __typename
    ... on UpsertGuestsPayload { problems { detail } } } }`
  const tookMs: number[] = []
  for (let from = 0; from < count; from += IMPORT_ROWS) {
    const guests = Array.from({ length: Math.min(IMPORT_ROWS, count - from) }, (_, at) => ({
      externalId: `guest-${from + at}`,
      name: `Guest Number${from + at}`,
      phone: phoneOf(from + at),
      consent: 'SUBSCRIBED',
    }))
    const before = performance.now()
    const { problems } = await call(url, actor, query, { input: { guests } })
    tookMs.push(performance.now() - before)
    if (problems.length > 0) throw new Error(JSON.stringify(problems[0]))
  }
  return tookMs
}

/** Sends a message to guests, or to all subscribed, and returns its id. */
export async function sendToGuests(url: string, actor: Actor, guestIds?: string[]): Promise<string> {
  const query = `mutation ($input: SendGuestMessageInput!) { sendGuestMessage(input: $input) { __typename
    ... on SendGuestMessagePayload { guestMessage { id } } } }`
  const audience = guestIds ? { guestIds } : { allSubscribed: true }
  const input = { ...audience, body: 'Your table is ready.', idempotencyKey: newId() }
  return (await call(url, actor, query, { input })).guestMessage.id
}

/** Searches guests, and returns their ids. */
export async function searchGuests(url: string, actor: Actor, search: string): Promise<string[]> {
  const query = `query ($search: String) { guests(search: $search, first: 20) { nodes { id } } }`
  const { nodes } = await call(url, actor, query, { search })
  return nodes.map(({ id }: { id: string }) => id)
}

/** The numbers of a message's deliveries by status. */
export async function countsOf(url: string, actor: Actor, id: string): Promise<Record<string, number>> {
  const query = `query ($id: ID!) { guestMessage(id: $id) { counts { status count } } }`
  const { counts } = await call(url, actor, query, { id })
  return Object.fromEntries(counts.map((one: { status: string; count: number }) => [one.status, one.count]))
}

/** The valid numbers of an area: 555-0000 to 555-9999 and further exchanges. */
export function phoneAt(area: number, at: number): string {
  return `+1${area}${String(200 + Math.floor(at / 10_000))}${String(at % 10_000).padStart(4, '0')}`
}
