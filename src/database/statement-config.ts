import type pg from 'pg'
import type { Statement, Values } from './statement.ts'

/** A prepared statement with its values, as pg takes it. */
export function configOf<Name extends string>(
  { name, text, parameters }: Statement<Name>,
  given: Values<Name>,
): pg.QueryConfig {
  return { name, text, values: parameters.map((parameter) => given[parameter]) }
}
