import { spawnSync } from 'node:child_process'
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

it('every rule and panel reads series that a running server gives or a rule records, and each of the server has one', async () => {
  const { expressions, recorded } = await rulesOfPrometheus()
  const all = [...expressions, ...(await panelsOfGrafana())]
  // Prometheus itself makes this one.
  const known = new Set([...(await scraped()), ...recorded, 'up'])
  const read = all.map((expression) => [expression.place, seriesIn(expression)] as const)
  expect(read.filter(([, series]) => series.length === 0)).toEqual([])
  expect(
    read.flatMap(([place, series]) => series.filter((name) => !known.has(name)).map((name) => [place, name])),
  ).toEqual([])
  expect(all.length).toBeGreaterThan(60)
  const shown = new Set(read.flatMap(([, series]) => series.map(baseOf)))
  expect([...known].filter((name) => name.startsWith('colloquy_') && !shown.has(baseOf(name)))).toEqual([])
})

/** The name of a metric, of which a histogram gives several series. */
function baseOf(series: string): string {
  return series.replace(/_(bucket|sum|count)$/, '')
}

it('waits and refusals are measured, and no label names a person, a conversation or a company', async () => {
  const { ann, bob } = await app.company('Globex', { ann: 'owner', bob: 'member' })
  const countOf = async (series: string) => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1] ?? 0,
    )
  }
  const accepted = 'colloquy_rate_limit_decisions_total{outcome="accepted"}'
  const waited = 'colloquy_pool_wait_seconds_count{pool="serving"}'
  const before = [await countOf(accepted), await countOf(waited)] as const
  await ann.run('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }', {
    input: { recipientId: bob.userId, body: 'Hello' },
  })
  expect(await countOf(accepted)).toBeGreaterThan(before[0])
  expect(await countOf(waited)).toBeGreaterThan(before[1])
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, name]) => name))
  expect(
    [...labels].filter((name) => /user|person|company|conversation|tenant|phone/.test(name ?? '')),
  ).toEqual([])
  for (const { uuid, userId } of [ann, bob]) {
    expect(text).not.toContain(uuid)
    expect(text).not.toContain(userId)
  }
})

it('an operation is measured under its root field, whether it was answered, refused or neither', async () => {
  const { ann } = await app.company('Acme', { ann: 'owner' })
  const secondsOf = async (field: string, outcome: string) => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    const line = new RegExp(
      `^colloquy_operation_seconds_count\\{field="${field}",transport="http",outcome="${outcome}"\\} (\\d+)$`,
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

it('Prometheus itself takes the rules and the configuration, and alerts as it should, where promtool is installed', ({
  skip,
}) => {
  const promtool = (...args: string[]) => spawnSync('promtool', args, { encoding: 'utf8' })
  if (promtool('--version').error) return skip('promtool is not installed (Debian: prometheus).')
  const rules = promtool('check', 'rules', 'deploy/prometheus/rules.yml')
  expect([rules.status, rules.stderr]).toEqual([0, ''])
  const configuration = promtool('check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml')
  expect([configuration.status, configuration.stderr]).toEqual([0, ''])
  const alerts = promtool('test', 'rules', 'test/deploy/alerts.yml')
  expect([alerts.status, alerts.stderr]).toEqual([0, ''])
})
