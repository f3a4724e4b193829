import { expect } from 'vitest'
import type { Answer } from '../support/client.ts'
import { type FuzzedCompanies, type Sender, uuidsIn } from './fuzzed-companies.ts'
import type { Sent } from './send-random.ts'

/** Holds answers against what none may contain, and remembers what they have shown. */
export interface SeenAnswers {
  /** The fields that stood in operations with data. */
  fields: ReadonlySet<string>
  /** The number of operations with data. */
  readonly withData: number
  /** How often each code of errors came. */
  codes: Readonly<Record<string, number>>
  /** Takes the answers to an operation, which are several or none if it is a subscription. Throws if one is wrong. */
  note(sent: Sent, answers: readonly Answer[]): void
  /** Takes an answer that a subscription may have got later. Throws if it is wrong. */
  noteEvent(sent: Sent, answer: Answer): void
  /** Throws if an id that was shown belongs to another company; the failure begins with `said`. */
  expectOwnIds(said: string): Promise<void>
}

/** Starts with nothing seen. `marks` stand in the texts of each company. */
export function createSeenAnswers(
  companies: FuzzedCompanies,
  marks: Record<Sender['company'], string>,
): SeenAnswers {
  const fields = new Set<string>()
  const codes: Record<string, number> = {}
  const shown = { acme: new Map<string, string>(), globex: new Map<string, string>() }
  let withData = 0

  function look({ sender: { company }, query, variables }: Sent, { data, errors }: Answer): void {
    const request = JSON.stringify([query, variables])
    const text = JSON.stringify({ data, errors })
    for (const wrong of ['INTERNAL_SERVER_ERROR', company === 'acme' ? marks.globex : marks.acme])
      if (text.includes(wrong)) throw new Error(`${wrong} is in the answer ${text}`)
    // An error may repeat an id of the request; data never do.
    const repeated = new Set(uuidsIn(request))
    const inErrors = uuidsIn(JSON.stringify(errors ?? [])).filter((uuid) => !repeated.has(uuid))
    for (const uuid of [...uuidsIn(JSON.stringify(data ?? null)), ...inErrors]) {
      if (!shown[company].has(uuid)) shown[company].set(uuid, request)
    }
    for (const { extensions } of errors ?? []) {
      const code = String(extensions?.code)
      codes[code] = (codes[code] ?? 0) + 1
    }
  }

  return {
    fields,
    codes,
    get withData() {
      return withData
    },
    note(sent, answers) {
      for (const answer of answers) {
        if (answer.data === undefined && !answer.errors)
          throw new Error(`No answer: ${JSON.stringify(answer)}`)
        look(sent, answer)
      }
      if (sent.kind !== 'subscription' && answers.length !== 1)
        throw new Error(`${answers.length} answers came.`)
      const isAccepted =
        sent.kind === 'subscription' ? answers.every(({ errors }) => !errors) : answers[0]?.data != null
      if (!isAccepted) return
      withData += 1
      for (const field of sent.fields) fields.add(field)
    },
    noteEvent: look,
    async expectOwnIds(said) {
      const belongings = await companies.belongings()
      for (const [company, other] of [
        ['acme', 'globex'],
        ['globex', 'acme'],
      ] as const) {
        expect(shown[company].size).toBeGreaterThan(50)
        expect(
          [...shown[company]].filter(([uuid]) => belongings[other].has(uuid)),
          said,
        ).toEqual([])
      }
    },
  }
}
