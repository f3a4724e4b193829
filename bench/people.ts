import { Agent, request } from 'node:http'
import { fold } from '../src/client/fold.ts'
import { encodeId, newId } from '../src/ids.ts'
import { misspellings } from '../src/members/queries/misspellings.ts'
import { misspeltUsersPage, usersPage } from '../src/members/queries/people-search.ts'
import { searchedBy, searchedWords } from '../src/text/person-words.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const MEMBERS = 50_000
const CONTACTS = 60
const GROUPS = 8
const PAGE = 50
const USERS = `query People($search: String) {
  users(search: $search, first: ${PAGE}) { nodes { id name email } pageInfo { endCursor } }
}`
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }`
const GROUP = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { ... on CreateGroupPayload { conversation { id } } } }`
/** The texts that a person types on the way to a name, also with typing errors. */
const SEARCHES = [
  '',
  'm',
  'mar',
  'mart',
  'mart sch',
  'schm',
  'j sch',
  's',
  'jo.',
  'matrin',
  'shcmidt anna',
  'zzzz',
]
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * The recipient picker in a company of 50,000 people: pages of 50, through HTTP, sign-in and policies, one at a time.
 */
export async function people(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: 2 })
  const viewer = stage.companies[0]?.actors[0]
  if (!viewer) throw new Error('There is nobody to search.')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (query: string, variables: object) => call(stage.url, agent, viewer, query, variables)
  await befriend(await fill(stage, viewer.companyId), ask)

  const floor = await measure(1, Math.max(2, Math.floor(seconds / 2)), eachSearch(readPage(stage, viewer)))
  const measured = await measure(
    1,
    seconds,
    eachSearch(async (search) => {
      const { users } = await ask(USERS, { search })
      if (!users) throw new Error('No page came back.')
    }),
  )
  agent.destroy()
  return {
    workload: 'people',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'the same statements through pg, 1 client', opsPerSecond: round(floor.opsPerSecond) },
    ratio: round(measured.opsPerSecond / floor.opsPerSecond),
  }
}

function eachSearch(read: (search: string) => Promise<void>): () => Promise<void> {
  let turn = 0
  return () => read(SEARCHES[turn++ % SEARCHES.length] ?? '')
}

/**
 * Fills the company with people of a few hundred first names and some thousand family names. Returns some of their ids.
 */
async function fill(stage: Stage, companyId: string): Promise<string[]> {
  const { prisma } = stage.database.forSystem(companyId)
  const role = await prisma.role.findFirstOrThrow({ where: { companyId, name: 'member' } })
  const ids: string[] = []
  for (let start = 0; start < MEMBERS; start += 5000) {
    const rows = Array.from({ length: 5000 }, (_, offset) => {
      const name = nameOf(start + offset)
      const email = `${fold(name).replace(' ', '.')}.${start + offset}@large.bench`
      return { companyId, id: newId(), name, email, roleId: role.id, ...searchedBy(name, email) }
    })
    ids.push(...rows.slice(0, 100).map(({ id }) => id))
    await prisma.user.createMany({ data: rows })
  }
  return ids
}

const FIRST = ['Mar', 'An', 'Jo', 'Sté', 'Li', 'Ka', 'Pe', 'Da', 'Ro', 'El', 'So', 'Al', 'Be', 'Ju', 'No']
const FIRST_END = [
  'tin',
  'na',
  'hn',
  'phane',
  'sa',
  'ria',
  'tra',
  'vid',
  'bert',
  'ena',
  'fie',
  'ex',
  'nno',
  'lia',
  'ah',
]
const LAST = [
  'Schm',
  'Mü',
  'Bau',
  'Fi',
  'We',
  'Mey',
  'Wag',
  'Hoff',
  'Schä',
  'Ko',
  'Bra',
  'Oli',
  'Ro',
  'Ar',
  'Du',
]
const LAST_MIDDLE = [
  'i',
  'lle',
  'me',
  'sche',
  'be',
  'er',
  'ne',
  'ma',
  'fe',
  'ch',
  'un',
  'vei',
  'ssi',
  'che',
  'bo',
]
const LAST_END = [
  'dt',
  'r',
  'ister',
  'rs',
  'ring',
  'hof',
  'nn',
  'ski',
  'lund',
  'ra',
  'is',
  'son',
  'ez',
  'vic',
  'tti',
]

function nameOf(index: number): string {
  const at = (parts: string[], by: number) => parts[Math.floor(index / by) % parts.length]
  return `${at(FIRST, 1)}${at(FIRST_END, 15)} ${at(LAST, 7)}${at(LAST_MIDDLE, 105)}${at(LAST_END, 1575)}`
}

/** Creates direct messages and groups, so that contacts are listed first. */
async function befriend(
  ids: string[],
  ask: (query: string, variables: object) => Promise<Answer>,
): Promise<void> {
  for (const id of ids.slice(0, CONTACTS)) {
    const input = { recipientId: encodeId('User', id), body: 'Hello', idempotencyKey: newId() }
    await ask(SEND, { input })
  }
  for (let index = 0; index < GROUPS; index += 1) {
    const members = ids.slice(100 + index * 60, 160 + index * 60)
    const { createGroup } = await ask(GROUP, {
      input: { title: `Group ${index}`, memberIds: members.map((id) => encodeId('User', id)) },
    })
    await ask(SEND, {
      input: { conversationId: createGroup?.conversation.id, body: 'Hello', idempotencyKey: newId() },
    })
  }
}

/** Measures the database only. */
function readPage(stage: Stage, { companyId, userId }: Actor): (search: string) => Promise<void> {
  const tenant = stage.database.forTenant({ companyId, userId })
  return async (search) => {
    const text = fold(search)
    const words = searchedWords(text)
    const start = { afterRank: 0, afterContact: null, afterName: '', afterId: NOBODY, askedAt: null }
    const first = { companyId, viewerId: userId, ...start, max: PAGE + 1 }
    const rows = await tenant.query(usersPage, { ...first, text, words })
    if (rows.length > 0 || words.length === 0) return
    const variants = misspellings(words)
    await tenant.query(misspeltUsersPage, {
      ...first,
      wordNumbers: variants.map(({ nth }) => nth),
      variants: variants.map((variant) => variant.text),
      wordCount: words.length,
    })
  }
}

interface Answer {
  users?: object
  createGroup?: { conversation: { id: string } }
}

function call(url: string, agent: Agent, actor: Actor, query: string, variables: object): Promise<Answer> {
  const body = JSON.stringify({ query, variables })
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${actor.token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString())
        if (answer.errors) reject(new Error(JSON.stringify(answer.errors)))
        else resolve(answer.data)
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
