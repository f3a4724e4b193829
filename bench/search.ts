import { readSearchQuery } from '../src/search/queries/search-query.ts'
import { searchByWords } from '../src/search/queries/search-row.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { fillMessages, MESSAGES, words } from './search-messages.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const WORKERS = 2
const SEARCH = `query Search($text: String!) { searchMessages(text: $text) {
  nodes { id seq createdAt author { name } conversation { id title } } pageInfo { hasNextPage endCursor } } }`
const { common, frequent, rare } = words

/** The searched words and the searching people: the first sees a quarter of the conversations, the second three. */
const SEARCHES: [kind: string, text: string, person: number][] = [
  ['common', common, 0],
  ['rare', rare, 0],
  ['common and rare', `${common} ${rare}`, 0],
  ['common and frequent', `${common} ${frequent}`, 0],
  ['common with few places', common, 1],
  ['common and frequent with few places', `${common} ${frequent}`, 1],
]

interface Answer {
  data?: { searchMessages: { nodes: { id: string; createdAt: string }[] } }
}

/**
 * Pages of 50 hits among a million messages of one company, without their bodies, through HTTP and all layers above the
 * database.
 */
export async function search(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: 20 })
  const [company] = stage.companies
  if (!company) throw new Error('There is nobody to search.')
  await fillMessages(stage, company.companyId, company.actors)
  const latencies: Record<string, number[]> = {}
  let turn = 0
  let duplicates = 0
  let outOfOrder = 0
  const floor = await measureFloor(stage, company.actors, Math.max(2, Math.floor(seconds / 2)))
  const measured = await measure(WORKERS, seconds, async () => {
    const [kind, text, person] = SEARCHES[turn++ % SEARCHES.length] ?? ['', '', 0]
    const before = performance.now()
    const nodes = await searchOnce(stage.url, company.actors[person]?.token ?? '', text)
    const times = nodes.map(({ createdAt }) => createdAt)
    latencies[kind] ??= []
    latencies[kind].push(performance.now() - before)
    duplicates += nodes.length - new Set(nodes.map(({ id }) => id)).size
    outOfOrder += times.filter((time, index) => time > (times[index - 1] ?? time)).length
  })
  return {
    workload: 'search',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors,
    lost: 0,
    duplicates,
    outOfOrder,
    floor: {
      name: `one look at ${MESSAGES} messages through pg, ${WORKERS} clients`,
      opsPerSecond: round(floor),
    },
    ratio: round(measured.opsPerSecond / floor),
    p95MsByKind: Object.fromEntries(
      Object.entries(latencies).map(([kind, values]) => [kind, percentile(values, 0.95)]),
    ),
  }
}

async function searchOnce(url: string, token: string, text: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: SEARCH, variables: { text } }),
  })
  const { data } = (await response.json()) as Answer
  if (!data || data.searchMessages.nodes.length === 0) throw new Error('The search found nothing.')
  return data.searchMessages.nodes
}

/** Measures the database only: the statement of a first stretch for the same words and people. */
async function measureFloor(stage: Stage, actors: Actor[], seconds: number): Promise<number> {
  const keys = await stage.keyring.forCompany(actors[0]?.companyId ?? '')
  const everything = {
    beforeAt: 'infinity',
    beforeId: '00000000-0000-0000-0000-000000000000',
    from: '-infinity',
    authorId: null,
    max: 51,
    stretch: 250,
    conversationIds: null,
  }
  let turn = 0
  const { opsPerSecond } = await measure(WORKERS, seconds, async () => {
    const [, text, person] = SEARCHES[turn++ % SEARCHES.length] ?? ['', '', 0]
    const actor = actors[person]
    if (!actor) throw new Error('There is nobody to search.')
    const tokens = readSearchQuery(text).terms.map((term) => keys.searchToken(term))
    const { companyId, userId: viewerId } = actor
    await stage.database.forTenant(actor).query(searchByWords, { companyId, viewerId, tokens, ...everything })
  })
  return opsPerSecond
}
