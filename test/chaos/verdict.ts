import { participantKey, type StoredMessage, type Truth } from './truth.ts'
import type { Acknowledged } from './writers.ts'

/** A subscriber as far as it is judged. */
export interface Listener {
  readonly name: string
  readonly company: { readonly uuid: string }
  readonly person: { readonly uuid: string }
  readonly conversationId: string | undefined
  readonly heard: readonly { id: string; conversationId: string; seq: number }[]
}

/** Everything the record of a run is wrong about, in words; nothing means that the promise was kept. */
export function judge(truth: Truth, acknowledged: Acknowledged[], listeners: readonly Listener[]): string[] {
  return [
    ...sequenceFaults(truth),
    ...eventFaults(truth),
    ...acknowledgementFaults(truth, acknowledged),
    ...listeners.flatMap((listener) => listeningFaults(truth, listener)),
  ]
}

/** The messages a listener must have heard, in order: those of its conversations, by their events. */
export function expectedFor({ events, participants }: Truth, listener: Listener): string[] {
  const { company, person, conversationId } = listener
  const concerns = (id: string) =>
    conversationId === undefined ? participants.has(participantKey(id, person.uuid)) : id === conversationId
  return events
    .filter((event) => event.companyUuid === company.uuid && concerns(event.conversationId))
    .map(({ messageId }) => messageId)
}

function sequenceFaults({ messages }: Truth): string[] {
  return [...groupBy(messages, ({ conversationId }) => conversationId)].flatMap(([conversationId, each]) => {
    const at = each.findIndex(({ seq }, index) => seq !== index + 1)
    if (at < 0) return []
    return [`conversation ${conversationId}: the message after seq ${at} has seq ${each[at]?.seq}`]
  })
}

/** Every message has one event, and events follow the sequence. */
function eventFaults({ messages, events }: Truth): string[] {
  const stored = groupBy(messages, ({ conversationId }) => conversationId)
  const told = groupBy(events, ({ conversationId }) => conversationId)
  return [...stored].flatMap(([conversationId, each]) =>
    compare(
      `the events of conversation ${conversationId}`,
      each.map(({ id }) => id),
      (told.get(conversationId) ?? []).map(({ messageId }) => messageId),
    ),
  )
}

function acknowledgementFaults({ messages }: Truth, acknowledged: Acknowledged[]): string[] {
  const stored = groupBy(messages, ({ key }) => key)
  const known = new Set(acknowledged.map(({ key }) => key))
  return [
    ...acknowledged.flatMap((one) => {
      const copies = stored.get(one.key) ?? []
      if (copies.length !== 1)
        return [`send ${one.key} was acknowledged and is stored ${copies.length} times`]
      const isSame = copies[0] && isAsAcknowledged(copies[0], one)
      return isSame
        ? []
        : [`send ${one.key} was acknowledged as ${JSON.stringify(one)} and is ${JSON.stringify(copies[0])}`]
    }),
    ...[...stored.keys()]
      .filter((key) => !known.has(key))
      .map((key) => `send ${key} is stored and was never acknowledged`),
  ]
}

function isAsAcknowledged(stored: StoredMessage, { messageId, conversationId, seq }: Acknowledged): boolean {
  return stored.id === messageId && stored.conversationId === conversationId && stored.seq === seq
}

function listeningFaults(truth: Truth, listener: Listener): string[] {
  const { name, company, heard } = listener
  const stored = new Map(truth.messages.map((message) => [message.id, message]))
  const foreign = heard.filter(({ id }) => stored.get(id)?.companyUuid !== company.uuid)
  const wrong = heard.filter(({ id, seq, conversationId }) => {
    const message = stored.get(id)
    return message && (message.seq !== seq || message.conversationId !== conversationId)
  })
  return [
    ...foreign.map(({ id }) => `${name} heard ${id}, which is not its company's`),
    ...wrong.map(({ id }) => `${name} heard ${id} with another place or sequence than is stored`),
    ...compare(
      name,
      expectedFor(truth, listener),
      heard.map(({ id }) => id),
      (id) => {
        const message = stored.get(id)
        return message
          ? `${id} (conversation ${message.conversationId}, seq ${message.seq}, ${message.key})`
          : id
      },
    ),
  ]
}

/** In words, where `actual` first leaves `expected`, and how much is missing or double. */
function compare(
  name: string,
  expected: string[],
  actual: string[],
  describe: (id: string) => string = (id) => id,
): string[] {
  const at = Math.max(expected.length, actual.length)
  const first = Array.from({ length: at }, (_, index) => index).find(
    (index) => expected[index] !== actual[index],
  )
  if (first === undefined) return []
  const present = new Set(actual)
  const missing = expected.filter((id) => !present.has(id))
  const doubled = actual.filter((id, index) => actual.indexOf(id) !== index)
  const tell = (id: string | undefined) => (id === undefined ? 'nothing' : describe(id))
  return [
    `${name}: ${actual.length} of ${expected.length}, ${missing.length} missing, ${doubled.length} doubled; at ${first} ` +
      `${tell(actual[first])} stands in place of ${tell(expected[first])}`,
  ]
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}
