import { Agent, request } from 'node:http'
import { type Measured, measure, percentile, type Report, round } from './report.ts'
import { sendOne } from './sending.ts'
import { type Actor, setStage } from './stage.ts'

const MESSAGES = 60
const FLOODERS = 8
const QUIET = '{ viewer { user { id name } } conversations(first: 5) { nodes { id } } }'
const PAGE = `conversations(first: 1) { nodes { id lastMessage { id body } messages(last: 50) { nodes {
  id body createdAt author { id name department } parent { id } reactions { emoji count } } } } }`
/** Close to the maximum cost of one operation. */
const DEAR = `{ a: ${PAGE} b: ${PAGE} c: ${PAGE} d: ${PAGE} }`

/**
 * One member requests expensive pages on eight connections without a pause, while a person of another company sends
 * cheap requests. The ratio tells by how much the flood prolongs the other person's waits at the 95th percentile.
 */
export async function flood(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 2, people: 4, isBounded: true })
  const [loud, calm] = stage.companies.map(({ actors }) => actors)
  const [flooder, recipient] = loud ?? []
  const [quiet] = calm ?? []
  if (!flooder || !recipient || !quiet) throw new Error('There is nobody.')
  const agent = new Agent({ keepAlive: true })
  for (let at = 0; at < MESSAGES; at += 1) await sendOne(stage.url, agent, flooder, recipient)

  const listen = (forSeconds: number): Promise<Measured> =>
    measure(1, forSeconds, () => ask(stage.url, agent, quiet, QUIET))
  const alone = await listen(seconds)
  let isOver = false
  const answers = { given: 0, refused: 0 }
  const connections = Array.from({ length: FLOODERS }, async () => {
    while (!isOver) {
      await ask(stage.url, agent, flooder, DEAR).then(
        () => {
          answers.given += 1
        },
        () => {
          answers.refused += 1
        },
      )
    }
  })
  const measured = await listen(seconds)
  isOver = true
  await Promise.all(connections)
  agent.destroy()
  const p95Ms = percentile(measured.latenciesMs, 0.95)
  const aloneMs = percentile(alone.latenciesMs, 0.95)
  return {
    workload: 'flood',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms,
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors + alone.errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'the same person without the flood', opsPerSecond: round(alone.opsPerSecond) },
    ratio: round(p95Ms / aloneMs),
    flood: answers,
  }
}

function ask(url: string, agent: Agent, { token }: Actor, query: string): Promise<void> {
  const body = JSON.stringify({ query })
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const call = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { errors } = JSON.parse(Buffer.concat(chunks).toString())
        if (errors) reject(new Error(JSON.stringify(errors)))
        else resolve()
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}
