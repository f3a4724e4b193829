import { Agent } from 'node:http'
import { isObjectType } from 'graphql'
import pLimit from 'p-limit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { maxRequestBytes } from '../../src/pipeline/request-limits.ts'
import { schema } from '../../src/pipeline/schema.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { openSocket, type RawSocket } from '../support/raw-socket.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'
import { type FuzzedCompanies, fuzzedCompanies, type Sender } from './fuzzed-companies.ts'
import { createOperations } from './random-operations.ts'
import { createChance, type Vocabulary } from './random-values.ts'
import { createSeenAnswers, type SeenAnswers } from './seen-answers.ts'
import { answersIn, frameIdOf, overHttp, overSocket, randomWay, type Sent } from './send-random.ts'

failOnUnhandledRejections()

/** To run a failure again: `FUZZ_SEED=… npx vitest run random-operations.sizes`. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const OPERATIONS = 20_000
const ROUND = 500
const CONCURRENT = 8
/** At most, of what a frame holds beside the document and its variables. */
const ENVELOPE_BYTES = 1_024

let app: TestApp
let companies: FuzzedCompanies
let seen: SeenAnswers
let clock = 0
const agent = new Agent({ keepAlive: true })
beforeAll(async () => {
  // Client and server share one process: a stall of the machine must not look like a client that has vanished.
  app = await startApp({
    limiterClock: () => clock,
    environment: { workBudgetPerPerson: 0 },
    pingMs: 600_000,
    stalledMs: 600_000,
  })
  companies = await fuzzedCompanies(app)
  const { acme, globex } = await companies.vocabularies()
  seen = createSeenAnswers(companies, { acme: acme.mark, globex: globex.mark })
})
afterAll(async () => {
  agent.destroy()
  await app[Symbol.asyncDispose]()
})

it('random operations over the whole schema are answered without a fault, a hang or anything of another company', {
  timeout: 900_000,
}, async () => {
  const chance = createChance(seededRandom(seed))
  const operations = createOperations(chance)
  const sentOf = (number: number, words: Record<Sender['company'], Vocabulary>): Sent => {
    const sender = chance.pick(companies.senders)
    const operation = operations(words[sender.company])
    return { ...operation, number, sender, way: randomWay(operation, chance) }
  }
  for (let number = 0; number < OPERATIONS; number += ROUND) {
    const words = await companies.vocabularies()
    await sendRound(Array.from({ length: ROUND }, (_, at) => sentOf(number + at, words)))
    await companies.restore()
  }
  await seen.expectOwnIds(`FUZZ_SEED=${seed}`)
  expect(app.logged.filter(({ level }) => Number(level) >= 50)).toEqual([])
  expect(seen.withData, JSON.stringify(seen.codes)).toBeGreaterThan(OPERATIONS / 3)
  expect(fieldsOfSchema().filter((field) => !seen.fields.has(field))).toEqual([])
  for (const { client } of companies.senders) await client.run('{ viewer { user { id } } }')
})

async function sendRound(round: readonly Sent[]): Promise<void> {
  const sockets = new Map<Sender, RawSocket>()
  for (const sender of companies.senders)
    sockets.set(sender, await openSocket(app.url, { authorization: `Bearer ${sender.client.token}` }))
  const limit = pLimit(CONCURRENT)
  await limit.map(round, (sent) => send(sent, sockets.get(sent.sender)))
  const byId = new Map(round.map((sent) => [frameIdOf(sent), sent]))
  for (const { socket, frames } of sockets.values()) {
    for (const frame of frames) {
      const sent = byId.get(String(frame.id))
      if (sent) for (const answer of answersIn([frame])) seen.noteEvent(sent, answer)
    }
    socket.close()
  }
}

async function send(sent: Sent, socket: RawSocket | undefined): Promise<void> {
  // No call is refused for coming too soon after another.
  clock += 2_000
  try {
    seen.note(
      sent,
      sent.way === 'socket' && socket && fitsAFrame(sent)
        ? await overSocket(socket, sent)
        : [await overHttp(app.url, agent, sent)],
    )
  } catch (cause) {
    const { sender, number, way, query, variables } = sent
    const by = `${sender.role} of ${sender.company}`
    throw new Error(
      `FUZZ_SEED=${seed}, operation ${number} by the ${by}, ${way}: ${query}\n${JSON.stringify(variables)}\n${cause}\n${faults()}`,
      { cause },
    )
  }
}

/** The faults in the log of the server, which say what an answer keeps to itself. */
function faults(): string {
  return JSON.stringify(app.logged.filter(({ level }) => Number(level) >= 50))
}

/** A longer frame closes its socket with 1009; over HTTP the operation is refused by itself. */
function fitsAFrame({ query, variables }: Sent): boolean {
  return Buffer.byteLength(JSON.stringify({ query, variables })) < maxRequestBytes - ENVELOPE_BYTES
}

/** Every field of an object type, as `Query.viewer`. */
function fieldsOfSchema(): string[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
}
