import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { seededRandom } from '../support/seeded-random.ts'

const PEOPLE = { ada: 'owner', ben: 'member', cleo: 'member', dan: 'member' } as const
const OPERATIONS = 400
const AT_ONCE = 24

/** One company under load: its people, what it has made so far, and what all its texts begin with. */
interface Side {
  word: string
  people: Client[]
  groups: string[]
  messages: string[]
  conversations: string[]
  /** Ids and texts that must never be seen by the other side. */
  traces: Set<string>
}

describe('two companies under concurrent load', () => {
  let app: TestApp
  let sides: [Side, Side]
  beforeAll(async () => {
    // Fewer connections than there are operations in flight, so that they go round among the companies.
    app = await startApp({ poolSize: 4 })
    sides = [
      sideOf('Wisteria', await app.company('Wisteria', PEOPLE)),
      sideOf('Mandrake', await app.company('Mandrake', PEOPLE)),
    ]
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('get their own in 1,000 concurrent look-ups by id, none missing and none crossed', async () => {
    const own = await Promise.all(
      sides.map(async ({ word, people: [ada, ben] }) => {
        if (!ada || !ben) throw new Error('Somebody is missing.')
        const { id, conversationId } = await ada.say({ recipientId: ben.userId }, `${word} first`)
        return { ada, ids: [ada.userId, ben.userId, id, conversationId, ada.userId] }
      }),
    )
    const query = `query ($a: ID!, $b: ID!, $c: ID!, $d: ID!, $e: ID!) {
      ${['a', 'b', 'c', 'd', 'e'].map((name) => `${name}: node(id: $${name}) { id }`).join(' ')} }`
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const { ada, ids } = own[index % 2] ?? { ids: [] }
        const [a, b, c, d, e] = ids
        const expected = Object.fromEntries(
          Object.entries({ a, b, c, d, e }).map(([name, id]) => [name, { id }]),
        )
        expect(await ada?.run(query, { a, b, c, d, e })).toEqual(expected)
      }),
    )
  })

  it('never see anything of each other', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = seededRandom(seed)
    const [wisteria, mandrake] = sides
    const streams = await Promise.all(
      sides.flatMap(({ people }) => people.slice(0, 2).map((person) => person.inbox(EVERYTHING))),
    )
    const done = { count: 0, found: 0 }

    async function worker(): Promise<void> {
      while (done.count < OPERATIONS) {
        done.count += 1
        const [own, other] = random() < 0.5 ? [wisteria, mandrake] : [mandrake, wisteria]
        const answer = JSON.stringify(await perform(own, other, random))
        if (answer.includes('INTERNAL_SERVER_ERROR'))
          throw new Error(`Seed ${seed}: ${JSON.stringify(app.logged)}`)
        expect(traceIn(answer, other), `seed ${seed}: ${answer}`).toBeUndefined()
        if (traceIn(answer, own)) done.found += 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))

    // The answers were full of things of their own, and both sides got through to their live streams.
    expect(done.found).toBeGreaterThan(OPERATIONS / 2)
    for (const [index, stream] of streams.entries()) {
      await stream.count(1)
      const other = index < 2 ? mandrake : wisteria
      expect(traceIn(JSON.stringify(stream.answers), other), `seed ${seed}`).toBeUndefined()
      await stream[Symbol.asyncDispose]()
    }
    for (const { people } of sides) {
      for (const person of people) await expectGapless(person)
    }
  }, 60_000)
})

const EVERYTHING = `... on ConversationActivity { conversation { id title participants { nodes { user { id name } } } } message { id body author { id name } } }
  ... on InboxConversationChanged { conversation { id title } }
  ... on ConversationRead { conversation { id title } }`
const CONVERSATION = 'id title lastMessage { id body author { name } } counterpart { name } unreadCount'

function sideOf(word: string, company: TestCompany<keyof typeof PEOPLE>): Side {
  const { ada, ben, cleo, dan, companyId, companyUuid } = company
  const people = [ada, ben, cleo, dan]
  const traces = new Set([
    word,
    companyId,
    companyUuid,
    ...people.flatMap(({ userId, uuid }) => [userId, uuid]),
  ])
  return { word, people, groups: [], messages: [], conversations: [], traces }
}

/** One operation of one side, often with ids and texts that it has no business knowing. */
async function perform(own: Side, other: Side, random: () => number): Promise<Data> {
  const person = pick(own.people, random)
  const colleague = pick(
    own.people.filter((each) => each !== person),
    random,
  )
  // Half of what is asked for belongs to the other side.
  const side = random() < 0.5 ? own : other
  const conversationId = pick([...side.conversations, ...side.groups], random)
  const messageId = pick(side.messages, random)
  const text = `${own.word} ${Math.floor(random() * 1e9)}`
  const operations: (() => Promise<Data>)[] = [
    async () => remember(own, await person.say({ recipientId: colleague.userId }, text)),
    async () => remember(own, await person.say({ recipientId: colleague.userId }, text)),
    async () => {
      if (own.groups.length >= 8) return null
      const id = await person.group(text, [colleague], { access: random() < 0.5 ? 'OPEN' : 'PRIVATE' })
      own.groups.push(id)
      own.traces.add(id)
      return id
    },
    () =>
      person.send(`{ conversations { nodes { ${CONVERSATION} messages(last: 5) { nodes { id body } } } } }`),
    () => person.send(`{ groups { nodes { ${CONVERSATION} } } users { nodes { id name } } roles { id } }`),
    () =>
      person.send(
        '{ viewer { user { name } company { id name } unread { total } } sentMessages { nodes { body } } }',
      ),
    () =>
      person.send(`query ($s: String) { users(search: $s) { nodes { id name } } }`, { s: words(side.word) }),
    () => {
      // The answer repeats nothing of the search, so whatever it shows was found.
      const filter = { search: words(side.word) }
      return person.send(
        `query ($f: ConversationFilter) { conversations(filter: $f) { nodes { ${CONVERSATION} } } }`,
        {
          f: filter,
        },
      )
    },
  ]
  if (conversationId) {
    operations.push(
      () =>
        person.send(
          `query ($id: ID!) { conversation(id: $id) { title messages { nodes { body author { name } } } } }`,
          {
            id: conversationId,
          },
        ),
      () => person.mutate('markRead', { conversationId }, 'conversation { title unreadCount }'),
      () => person.mutate('sendMessage', { conversationId, body: text }, 'message { body }'),
      () => person.mutate('joinGroup', { groupId: conversationId }, 'conversation { title }'),
    )
  }
  if (messageId) {
    operations.push(
      () => person.send('query ($id: ID!) { message(id: $id) { body author { name } } }', { id: messageId }),
      () =>
        person.send('query ($id: ID!) { node(id: $id) { __typename ... on Message { body } } }', {
          id: messageId,
        }),
    )
  }
  const someone = pick(side.people, random)
  operations.push(() =>
    person.send('query ($id: ID!) { node(id: $id) { __typename ... on User { name email } } }', {
      id: someone.userId,
    }),
  )
  return pick(operations, random)()
}

function remember(side: Side, sent: Data): Data {
  side.messages.push(sent.id)
  side.conversations.push(sent.conversationId)
  side.traces.add(sent.id).add(sent.conversationId)
  return sent
}

/** The start of a word, as somebody would type it. */
function words(word: string): string {
  return word.slice(0, 5)
}

function traceIn(answer: string, { traces }: Side): string | undefined {
  for (const trace of traces) if (answer.includes(trace)) return trace
  return undefined
}

async function expectGapless(person: Client): Promise<void> {
  const { conversations } = await person.run(
    '{ conversations { nodes { lastSeq messages(last: 100) { nodes { seq } } } } }',
  )
  for (const { lastSeq, messages } of conversations.nodes) {
    const seqs = messages.nodes.map((message: { seq: number }) => message.seq)
    const first = Math.max(1, lastSeq - 99)
    expect(seqs).toEqual(Array.from({ length: lastSeq - first + 1 }, (_, index) => first + index))
  }
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T
}
