import { readFile } from 'node:fs/promises'
import { parser } from '@prometheus-io/lezer-promql'
import { parse } from 'yaml'

/** An expression of a rule or of a dashboard's panel, and where it stands. */
export interface Expression {
  place: string
  text: string
}

interface Rule {
  record?: string
  alert?: string
  expr: string
}

/** The expressions of the rules, and the names that they record. */
export async function rulesOfPrometheus(): Promise<{ expressions: Expression[]; recorded: string[] }> {
  const { groups } = parse(await readFile('deploy/prometheus/rules.yml', 'utf8'))
  const rules: Rule[] = groups.flatMap((group: { rules: Rule[] }) => group.rules)
  return {
    expressions: rules.map(({ record, alert, expr }) => ({ place: String(record ?? alert), text: expr })),
    recorded: rules.flatMap(({ record }) => record ?? []),
  }
}

/** The expressions of the panels of the dashboard. Grafana's interval is put in as it does. */
export async function panelsOfGrafana(): Promise<Expression[]> {
  const { panels } = JSON.parse(await readFile('deploy/grafana/colloquy.json', 'utf8'))
  return panels.flatMap(({ title, targets = [] }: { title: string; targets?: { expr: string }[] }) =>
    targets.map(({ expr }) => ({ place: title, text: expr.replaceAll('$__rate_interval', '1m') })),
  )
}

/** The series that an expression reads. Throws if it is not PromQL. */
export function seriesIn({ place, text }: Expression): string[] {
  const names: string[] = []
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`${place}: ${text.slice(from)} is not PromQL`)
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector')
        names.push(text.slice(from, to))
    },
  })
  return names
}
