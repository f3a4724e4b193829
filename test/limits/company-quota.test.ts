import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'

/** Points a second. */
const QUOTA = 10
/** It costs far more than five seconds' worth, so it overdraws the quota by the most that it may be: five seconds. */
const DEAR = '{ conversations(first: 50) { nodes { id messages(first: 50) { nodes { id } } } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let globex: TestCompany<'gina'>
beforeAll(async () => {
  app = await startApp({ environment: { workBudgetPerPerson: 0, workBudgetPerCompany: QUOTA } })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  globex = await app.company('Globex', { gina: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

const ask = (person: Client): Promise<Answer> => person.send('{ viewer { user { id } } }')
const refusalOf = ({ errors }: Answer) => errors?.[0]

/** Has people ask in turns until one of them is refused. */
async function flood(people: Client[]) {
  for (let asked = 0; asked < 100; asked += 1) {
    const refusal = refusalOf(await ask(people[asked % people.length] as Client))
    if (refusal) return refusal
  }
  throw new Error('Nothing limited it.')
}

it("a company's quota is one of all its people, tells truly when it goes on, and is no other company's", async () => {
  expect(refusalOf(await acme.alice.send(DEAR))).toBeUndefined()
  const refusal = await flood([acme.alice, acme.bob])
  expect(refusal.message).toBe('Your company asks for more work than its quota allows: try again later.')
  expect(refusal.extensions?.code).toBe('RATE_LIMITED')
  // Also those who have asked for nothing: the work is the same to everybody else.
  const retryAfterMs = Number(refusalOf(await ask(acme.carol))?.extensions?.retryAfterMs)
  expect(retryAfterMs).toBeGreaterThan(0)
  expect(retryAfterMs).toBeLessThanOrEqual(5_000)
  expect(refusalOf(await ask(globex.gina))).toBeUndefined()
  await delay(retryAfterMs + 20)
  expect(refusalOf(await ask(acme.carol))).toBeUndefined()
  const text = await (await fetch(`${app.url}/metrics`)).text()
  expect(text).toMatch(/^colloquy_work_refused_total\{reason="company"\} [1-9]/m)
})

it('an overdrawn quota holds back no event', async () => {
  await using free = await startApp({ beside: app, environment: { workBudgetPerPerson: 0 } })
  // Enough to subscribe, and soon used up by questions.
  const quotas = { workBudgetPerPerson: 0, workBudgetPerCompany: 20 * QUOTA }
  await using narrow = await startApp({ beside: app, environment: quotas })
  const initech = await app.company('Initech', { ian: 'owner', ira: 'member' })
  await using inbox = await initech.ira
    .at(narrow.url)
    .inbox('... on ConversationActivity { message { body } }')
  await flood([initech.ian.at(narrow.url)])
  await initech.ian.at(free.url).say({ recipientId: initech.ira.userId }, 'During the flood')
  await inbox.event(({ message }) => message?.body === 'During the flood')
})
