import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { panelsOfGrafana, rulesOfPrometheus, seriesIn } from './expressions.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

/** The names of all series of a running server; of those without a value yet, as their kind has them. */
async function scraped(): Promise<Set<string>> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const kinds = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Set(
    kinds.flatMap(([, name = '', kind]) =>
      kind === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
    ),
  )
}

it('every rule and every panel reads series that a running server gives or a rule records', async () => {
  const { expressions, recorded } = await rulesOfPrometheus()
  const all = [...expressions, ...(await panelsOfGrafana())]
  // Prometheus itself makes this one.
  const known = new Set([...(await scraped()), ...recorded, 'up'])
  const read = all.map((expression) => [expression.place, seriesIn(expression)] as const)
  expect(read.filter(([, series]) => series.length === 0)).toEqual([])
  expect(
    read.flatMap(([place, series]) => series.filter((name) => !known.has(name)).map((name) => [place, name])),
  ).toEqual([])
  expect(all.length).toBeGreaterThan(45)
})

it('an operation is measured under its root field, whether it was answered, refused or neither', async () => {
  const { ann } = await app.company('Acme', { ann: 'owner' })
  const secondsOf = async (field: string, outcome: string) => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    const line = new RegExp(
      `^colloquy_operation_seconds_count\\{field="${field}",outcome="${outcome}"\\} (\\d+)$`,
      'm',
    )
    return Number(line.exec(text)?.[1] ?? 0)
  }
  const [answered, refused] = [
    await secondsOf('viewer', 'answered'),
    await secondsOf('sendMessage', 'refused'),
  ]
  await ann.run('query AnyNameAClientMayThinkOf { viewer { user { id } } }')
  await ann.send('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }', {
    input: { body: 'To nobody', nowhere: true },
  })
  await ann.send('{ a: viewer { user { id } } b: serverInfo { version } }')
  expect(await secondsOf('viewer', 'answered')).toBe(answered + 1)
  expect(await secondsOf('sendMessage', 'refused')).toBe(refused + 1)
  expect(await secondsOf('several', 'answered')).toBeGreaterThan(0)
  const text = await (await fetch(`${app.url}/metrics`)).text()
  expect(text).not.toContain('AnyNameAClientMayThinkOf')
})
