import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { longestStall } from './event-loop.ts'
import { calls, document } from './text-places.ts'

/**
 * One request may block the event loop for 50 ms. The bound is larger, because the machine of a test is shared and the
 * test sends from the same process.
 */
const BOUND_MS = 250
const BODY_BYTES = 32 * 1024

const UNITS: Record<string, string> = {
  prose: 'The quick brown fox, it is said, jumps over a lazy dog. ',
  letters: 'a ',
  spaces: ' ',
  apostrophes: "a'",
  'one long word': 'x',
  ligatures: '\ufdfa',
  'combining marks': '\u0316\u0301',
  'marks in the wrong order': '\u0315\uff9e',
  Thai: 'ภาษาไทย',
  'lines of Chinese': '中文\n',
  'Hebrew abbreviations': 'צ"ה',
  joiners: '\u{1f469}\u200d',
}

function filled(unit: string, bytes: number): string {
  return unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)))
}

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', {
    alice: 'owner',
    bob: 'member',
    carol: 'owner',
    dave: 'owner',
  })
  await acme.alice.say({ recipientId: acme.bob.userId }, filled(UNITS.prose ?? '', BODY_BYTES))
})
afterAll(() => app[Symbol.asyncDispose]())

describe.each(['Mutation', 'Query'] as const)('a long text anywhere in a %s', (root) => {
  it.each(calls(root))(
    '$name holds nobody up',
    async (call) => {
      const query = document(root.toLowerCase(), call.field, call.arguments, '{ __typename }')
      const texts = Object.entries(UNITS).map(
        ([name, unit]) => [name, filled(unit, BODY_BYTES - 64)] as const,
      )
      texts.push(['900 kB of prose', filled(UNITS.prose ?? '', 900_000)])
      for (const [name, text] of texts) {
        const stall = await longestStall(() => acme.alice.send(query, call.variables(text)), BOUND_MS)
        expect(stall, name).toBeLessThan(BOUND_MS)
      }
    },
    120_000,
  )
})

describe('long texts', () => {
  const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }'

  it.each(Object.entries(UNITS))(
    'of %s are sent and found by phrase without holding anybody up',
    async (_name, unit) => {
      const body = `findme ${filled(unit, BODY_BYTES - 32)} end`
      const input = { recipientId: acme.bob.userId, body }
      expect(await longestStall(() => acme.alice.send(send, { input }), BOUND_MS)).toBeLessThan(BOUND_MS)
      const phrase = '{ searchMessages(text: "\\"findme the end\\"") { edges { node { id } } } }'
      expect(await longestStall(() => acme.bob.send(phrase), BOUND_MS)).toBeLessThan(BOUND_MS)
    },
  )

  it('of one variable in five aliases hold nobody up', async () => {
    const aliases = [1, 2, 3, 4, 5].map((n) => `a${n}: createGroup(input: { title: $text }) { __typename }`)
    const query = `mutation ($text: String!) { ${aliases.join(' ')} }`
    for (const unit of Object.values(UNITS)) {
      const text = filled(unit, 150_000)
      expect(await longestStall(() => acme.alice.send(query, { text }), BOUND_MS)).toBeLessThan(BOUND_MS)
    }
  })

  // By people of their own: what is over a limit is refused at once, and holds nobody up.
  async function synchronise(owner: Client, members: unknown[]): Promise<void> {
    const query = 'mutation ($input: SyncMembersInput!) { syncMembers(input: $input) { __typename } }'
    const { data, errors } = await owner.send(query, { input: { members } })
    expect({ data, errors }).toMatchObject({ data: { syncMembers: { __typename: 'SyncMembersPayload' } } })
  }

  it.each([
    ['ligatures', '\ufdfa'],
    ['Korean', '각'],
    ['letters', 'a '],
  ])('of a thousand synchronised members hold nobody up: %s', async (_name, letter) => {
    const members = Array.from({ length: 1_000 }, (_, n) => ({
      externalId: `thousandth-${n}@acme.test`,
      name: `n${letter.repeat(250 / letter.length)}`,
    }))
    const work = () => synchronise(acme.carol, members)
    expect(await longestStall(work, BOUND_MS)).toBeLessThan(BOUND_MS)
  })

  it('of fifty synchronised members hold nobody up', async () => {
    for (const [unit, text] of Object.entries(UNITS)) {
      const name = filled(text, 16_000)
      const members = Array.from({ length: 50 }, (_, n) => ({
        externalId: `long-${n}@acme.test`,
        name: `n${name}`,
      }))
      const work = () => synchronise(acme.dave, members)
      expect(await longestStall(work, BOUND_MS), unit).toBeLessThan(BOUND_MS)
    }
  })
})
