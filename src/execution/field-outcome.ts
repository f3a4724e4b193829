import { type GraphQLError, type GraphQLResolveInfo, locatedError } from 'graphql'
import type { CompiledField, CompiledOperation } from './compile-operation.ts'

/** A step of the way to a place in the answer. */
export type Path = GraphQLResolveInfo['path']

/** One execution of a compiled operation. */
export interface Execution {
  compiled: CompiledOperation
  /** The event, in a subscription. */
  rootValue: unknown
  contextValue: unknown
  /** Coerced, and new for each execution. */
  variableValues: Record<string, unknown>
  errors: GraphQLError[]
}

/** Notes an error of a place that can be null, and answers null; throws the error of another, with its place. */
export function failed(
  { errors }: Execution,
  { nodes }: CompiledField,
  path: Path,
  isNullable: boolean,
  error: unknown,
): null {
  const located = locatedError(asError(error), nodes, stepsOf(path))
  if (!isNullable) throw located
  errors.push(located)
  return null
}

/** The same of a place that is not there yet. */
export function failLater(
  execution: Execution,
  field: CompiledField,
  path: Path,
  isNullable: boolean,
  completed: Promise<unknown>,
): Promise<unknown> {
  return completed.then(undefined, (error) => failed(execution, field, path, isNullable, error))
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function stepsOf(path: Path): (string | number)[] {
  const steps = []
  for (let step: Path | undefined = path; step; step = step.prev) steps.unshift(step.key)
  return steps
}

/** True of whatever is to be waited for: Prisma's promises are not instances of Promise. */
export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | undefined | null)?.then === 'function'
}
