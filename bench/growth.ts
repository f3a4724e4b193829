import { Agent } from 'node:http'
import { encodeId } from '../src/ids.ts'
import { Conversing } from './conversing.ts'
import { groupsOf, growTo, type Size } from './growing.ts'
import { post } from './reading.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const CLIENTS = 32
const SMALL: Size = { companies: 10, messages: 1_000 }
const LARGE_COMPANIES = 2_000
const LARGE_MESSAGES = 1_000_000
const PAGE = `query Page($id: ID!) { conversation(id: $id) {
  messages(last: 50) { nodes { id seq author { id } body createdAt } } } }`
const INBOX = `query Inbox { conversations(first: 20) {
  nodes { id title lastMessage { body } unreadCount lastActivityAt } } viewer { unread { total } } }`
const DIRECT = 'query ($id: ID!) { directConversation(userId: $id) { id } }'

type Kind = 'send' | 'page' | 'inbox'
type Pair = { author: Actor; recipient: Actor; conversationId: string }

/**
 * The same sends, pages and inboxes of ten companies, first in a database with nothing else and then in one of many companies
 * and messages. The ratio is the worst of the three rates in the large database against the small one.
 */
export async function growth({
  seconds,
  messages = LARGE_MESSAGES,
}: {
  seconds: number
  messages?: number
}): Promise<Report> {
  await using stage = await setStage({ companies: SMALL.companies, people: 4 })
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const large = { companies: LARGE_COMPANIES, messages }
  const small = await measureAt(stage, agent, SMALL, seconds)
  const grown = await measureAt(stage, agent, large, seconds)
  agent.destroy()
  const ratios = kinds.map((kind) => grown[kind].opsPerSecond / small[kind].opsPerSecond)
  return {
    workload: 'growth',
    opsPerSecond: round(grown.send.opsPerSecond),
    p50Ms: percentile(grown.send.latenciesMs, 0.5),
    p95Ms: percentile(grown.send.latenciesMs, 0.95),
    p99Ms: percentile(grown.send.latenciesMs, 0.99),
    errors: kinds.reduce((sum, kind) => sum + grown[kind].errors + small[kind].errors, 0),
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    size: { ...large },
    rates: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        { small: round(small[kind].opsPerSecond), large: round(grown[kind].opsPerSecond) },
      ]),
    ),
    ratio: round(Math.min(...ratios)),
  }
}

const kinds: readonly Kind[] = ['send', 'page', 'inbox']

async function measureAt(stage: Stage, agent: Agent, size: Size, seconds: number) {
  await growTo(stage, size)
  const pairs = await makePairs(stage, agent)
  const any = () => pairs[Math.floor(Math.random() * pairs.length)] as Pair
  const read = async (
    { token }: Actor,
    query: string,
    variables: object,
    isWhole: (data: Answer) => boolean,
  ) => {
    const { data } = JSON.parse(await post(stage.url, agent, token, JSON.stringify({ query, variables })))
    if (!data || !isWhole(data)) throw new Error('Something is missing in the answer.')
  }
  const send = await measure(CLIENTS, seconds, async () => {
    const { author, recipient } = any()
    await sendOne(stage.url, agent, author, recipient)
  })
  const page = await measure(CLIENTS, seconds, () => {
    const { recipient, conversationId } = any()
    return read(
      recipient,
      PAGE,
      { id: conversationId },
      (data) => data.conversation?.messages.nodes.length === 50,
    )
  })
  const inbox = await measure(CLIENTS, seconds, () =>
    read(any().recipient, INBOX, {}, (data) => data.conversations?.nodes.length === 20),
  )
  return { send, page, inbox }
}

/** Pairs of people with a page of messages, who have something readable in every group. */
async function makePairs(stage: Stage, agent: Agent): Promise<Pair[]> {
  const conversing = new Conversing()
  const pairs: Pair[] = []
  for (const { actors } of stage.companies) {
    for (const at of [0, 2]) {
      const [author, recipient] = actors.slice(at, at + 2)
      if (!author || !recipient) throw new Error('There is nobody to send.')
      for (let count = 0; count < 55; count += 1) await sendOne(stage.url, agent, author, recipient)
      const body = JSON.stringify({ query: DIRECT, variables: { id: encodeId('User', author.userId) } })
      const { data } = JSON.parse(await post(stage.url, agent, recipient.token, body))
      pairs.push({ author, recipient, conversationId: data.directConversation.id })
    }
    const [writer] = actors
    if (!writer) throw new Error('There is nobody to write.')
    for (const conversationId of await groupsOf(stage, writer))
      await conversing.send(stage.url, writer, { conversationId })
  }
  conversing.close()
  return pairs
}

interface Answer {
  conversation?: { messages: { nodes: unknown[] } }
  conversations?: { nodes: unknown[] }
}
