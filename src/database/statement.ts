import type { RowType } from './columns.ts'

/**
 * A prepared statement. Its name identifies its text on every connection. `parameters` are the names of `$1`, `$2` and
 * so on.
 */
export interface Statement<Name extends string = never, Row extends object = object> {
  readonly name: string
  readonly text: string
  readonly parameters: readonly Name[]
  /** True if it binds its tenant itself, whoever the connection is bound to. */
  readonly bindsItself?: true
  /** A type only: that of the rows. */
  readonly row?: RowType<Row> | undefined
  /** The same with the rule of a policy, where it shows conversations. Its last parameter is `policyAllows`. */
  readonly policed?: Statement<Name | 'policyAllows', Row> | undefined
}

/** A value for each parameter of a statement. */
export type Values<Name extends string> = { readonly [Parameter in Name]: unknown }

/** The names of a statement's parameters. */
export type NameOf<Known extends Statement<string>> = Known['parameters'][number]

interface Definition<Name extends string, Row extends object> {
  name: string
  /** The parameters, in the order of PostgreSQL's numbers. */
  parameters?: readonly Name[]
  row?: RowType<Row>
  /** SQL with `:name` for each parameter. */
  text: string
}

/**
 * Keeps the planner from merging a subquery with its surroundings: `(select … ${fence})`. A prepared statement has one
 * plan for all companies, made for the average one. A merged subquery would be joined by reading all rows of the
 * company or person, which takes seconds in a large company. A fenced one is run for each outer row, by key. PostgreSQL
 * does not merge subqueries with an `offset`, and skipping no rows changes nothing else.
 */
export const fence = 'offset 0'

/**
 * The rows of a tenant table with the ids `:ids` in the company `:companyId`, each read by its key. Where the planner
 * expects few rows in a company, `id = any(:ids)` reads all rows of the company through whichever index begins with it.
 */
export const byKey = (table: string, alias: string) => `unnest(:ids::uuid[]) wanted (id)
  cross join lateral (select * from ${table} t where t.company_id = :companyId and t.id = wanted.id ${fence}) ${alias}`

/**
 * Stands in fragments after a condition on conversation `c`. Where the operator has a policy, it is a further one: conversations
 * that a policy decides about are shown only if they are among those that it allows. Elsewhere it is nothing, so that the
 * statements and their plans are those without it.
 */
export const policyMark = '/*policy*/'

/** The same for message `m`, where its conversation is not looked at otherwise. */
export const policyMarkOfMessage = '/*policy of message*/'

const policySql = ` and (c.context_type is null and c.sensitivity = 'NORMAL' or c.id in (select unnest(:policyAllows::uuid[])))`
const policySqlOfMessage = ` and exists (
      select from conversations c where c.company_id = m.company_id and c.id = m.conversation_id${policySql}
    )`

/**
 * One after another: strings with escapes, strings, quoted names, line comments, the start of a block comment, dollar quotes,
 * casts, numbered and named parameters.
 */
const TOKENS = new RegExp(
  [
    /(?<!\w)[eE]'(?:[^'\\]|\\[\s\S]|'')*'/,
    /'(?:[^']|'')*'/,
    /"(?:[^"]|"")*"/,
    /--[^\n\r]*/,
    /(?<comment>\/\*)/,
    /(?<![\w$])(?<tag>\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\k<tag>/,
    /::/,
    /(?<![\w$])(?<numbered>\$\d+)/,
    /(?<![\w\])]):(?<name>[A-Za-z_]\w*)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/**
 * Creates a prepared statement from SQL with named parameters. Throws TypeError, which keeps the process from starting,
 * if the text and the list of parameters differ.
 */
export function statement<const Name extends string = never, Row extends object = object>({
  name,
  parameters = [],
  row,
  text,
}: Definition<Name, Row>): Statement<Name, Row> {
  const without = marked(text, '', '')
  const plain = { name, text: compile(name, without, parameters), parameters, row }
  if (without === text) return plain
  const policed = [...parameters, 'policyAllows' as const]
  const withPolicy = compile(name, marked(text, policySql, policySqlOfMessage), policed)
  return { ...plain, policed: { name: `${name}_policed`, text: withPolicy, parameters: policed, row } }
}

function marked(text: string, ofConversation: string, ofMessage: string): string {
  return text.replaceAll(policyMark, ofConversation).replaceAll(policyMarkOfMessage, ofMessage)
}

/** Replaces `:name` by `$n` where it is a parameter and not part of a string, a comment, a cast or an array slice. */
function compile(statementName: string, text: string, parameters: readonly string[]): string {
  const unused = new Set(parameters)
  let compiled = ''
  let copiedTo = 0
  const tokens = new RegExp(TOKENS)
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const { comment, numbered, name } = match.groups ?? {}
    if (comment) tokens.lastIndex = endOfComment(text, match.index)
    if (numbered) throw new TypeError(`The statement ${statementName} numbers a parameter: ${numbered}.`)
    if (!name) continue
    const at = parameters.indexOf(name)
    if (at === -1) throw new TypeError(`The statement ${statementName} does not list its parameter ${name}.`)
    unused.delete(name)
    compiled += `${text.slice(copiedTo, match.index)}$${at + 1}`
    copiedTo = tokens.lastIndex
  }
  if (unused.size > 0) {
    throw new TypeError(
      `The statement ${statementName} does not use its parameters ${[...unused].join(', ')}.`,
    )
  }
  return compiled + text.slice(copiedTo)
}

/** Block comments nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0
  const edges = /\/\*|\*\//g
  edges.lastIndex = start
  for (let match = edges.exec(text); match; match = edges.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edges.lastIndex
  }
  return text.length
}
