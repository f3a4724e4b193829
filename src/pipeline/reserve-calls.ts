import {
  type ExecutionArgs,
  type FieldNode,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { collectFields } from 'graphql/execution/collectFields.js'
import { getArgumentValues } from 'graphql/execution/values.js'
import type { Context } from '../context.ts'
import { RequestError, UserError } from '../errors.ts'
import { limitsOf, tooManyCalls } from '../graphql/rate-limit-plugin.ts'
import type { Accepted, RateLimiter } from '../limits/rate-limiter.ts'
import type { RateWindow } from '../limits/rate-window.ts'

/**
 * Has the rate limits accept all mutations of an operation before the first of them runs. Root mutation fields are not
 * null, so one that is refused after others have run would hide that these were carried out. Returns how to give back what
 * was not used; undefined where nothing was reserved.
 */
export async function reserveCalls(args: ExecutionArgs): Promise<(() => Promise<void>) | undefined> {
  const calls = callsOf(args)
  if (!calls) return undefined
  const context = args.contextValue as Context
  const reserved = await reserveAll(calls, context)
  context.reserved = reserved
  return () => refundAll([...reserved.values()].flat())
}

/** The root fields by mutation. Undefined unless there are several. */
function callsOf({ schema, document, operationName, variableValues }: ExecutionArgs) {
  const operation = getOperationAST(document, operationName)
  const type = schema.getMutationType()
  if (operation?.operation !== 'mutation' || !type || isSingleField(operation)) return undefined
  const definitions = operation.variableDefinitions ?? []
  const { coerced } = getVariableValues(schema, definitions, variableValues ?? {}, { maxErrors: 1 })
  // Execution itself reports the errors.
  if (!coerced) return undefined
  const fragments = Object.fromEntries(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  )
  const fields = collectFields(schema, fragments, coerced, type, operation.selectionSet)
  if (fields.size < 2) return undefined
  const calls = new Map<string, unknown[]>()
  for (const [node] of fields.values()) {
    const name = node?.name.value ?? ''
    const field = type.getFields()[name]
    if (node && field) calls.set(name, [...(calls.get(name) ?? []), inputOf(field, node, coerced)])
  }
  return calls
}

function isSingleField({ selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return selections.length === 1 && selections[0]?.kind === Kind.FIELD
}

function inputOf(
  field: Parameters<typeof getArgumentValues>[0],
  node: FieldNode,
  variables: Record<string, unknown>,
): unknown {
  try {
    return getArgumentValues(field, node, variables).input
  } catch {
    return undefined
  }
}

async function reserveAll(
  calls: ReadonlyMap<string, unknown[]>,
  context: Context,
): Promise<Map<string, Accepted[]>> {
  const reserved = new Map<string, Accepted[]>()
  try {
    for (const [name, inputs] of calls) {
      reserved.set(name, await reserve(name, inputs, context))
    }
    return reserved
  } catch (error) {
    await refundAll([...reserved.values()].flat())
    throw error
  }
}

async function reserve(name: string, inputs: unknown[], context: Context): Promise<Accepted[]> {
  const limits = limitsOf(name, context)
  if (!limits) return []
  const { limiter } = context.services
  const taken = await takeSeveral(limiter, limits.key, limits.windows, inputs.length)
  if (Array.isArray(taken)) return taken
  // Repeated calls are answered again and do not count, as outside of such an operation.
  const done = await Promise.all(inputs.map((input) => wasDone(limits, input, context)))
  const fresh = done.filter((each) => !each).length
  if (fresh < inputs.length) {
    const others = await takeSeveral(limiter, limits.key, limits.windows, fresh)
    if (Array.isArray(others)) return others
    return refuse(name, fresh, limits.windows, others.retryAfterMs)
  }
  return refuse(name, fresh, limits.windows, taken.retryAfterMs)
}

/** An invalid input was not sent before either. Its own field reports the errors. */
async function wasDone(
  { findReplay }: NonNullable<ReturnType<typeof limitsOf>>,
  input: unknown,
  context: Context,
): Promise<boolean> {
  if (!input || !findReplay) return false
  try {
    return (await findReplay(input, context)) !== undefined
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

function refuse(name: string, count: number, windows: readonly RateWindow[], retryAfterMs: number): never {
  const narrowest = windows.reduce((least, window) => (window.max < least.max ? window : least))
  if (count > narrowest.max) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The operation calls ${name} ${count} times, and ${narrowest.max} calls are accepted in ${narrowest.perMs / 1000} s: divide it. Nothing was done.`,
    )
  }
  throw tooManyCalls(name, retryAfterMs)
}

/** Accepts all or none. A rejection contains the time after which all would be accepted. */
async function takeSeveral(
  limiter: RateLimiter,
  key: string,
  windows: readonly RateWindow[],
  count: number,
): Promise<Accepted[] | { retryAfterMs: number }> {
  const taken: Accepted[] = []
  if (windows.some(({ max }) => max < count)) return { retryAfterMs: 0 }
  for (let at = 0; at < count; at += 1) {
    // The first call is accepted only if there is room for all.
    const room = at === 0 ? windows.map(({ max, perMs }) => ({ max: max - count + 1, perMs })) : windows
    const verdict = await limiter.take(key, room)
    if (verdict.accepted) taken.push(verdict)
    else {
      await refundAll(taken)
      return { retryAfterMs: verdict.retryAfterMs }
    }
  }
  return taken
}

async function refundAll(calls: Accepted[]): Promise<void> {
  await Promise.all(calls.splice(0).map((call) => call.refund()))
}
