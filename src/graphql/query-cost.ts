import { complexityFromQuery } from '@pothos/plugin-complexity'
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'

/**
 * Maximum cost of an operation. The longest page of messages with all fields costs half of it; three nested pages a
 * hundred times it.
 */
const MAX_COST = 20_000
const REFUSED_COST = 200
/** Each error repeats the value around what is wrong, which may be most of the request. */
const MAX_VARIABLE_ERRORS = 5
const MAX_ERROR_LENGTH = 500

/** The values of an operation's variables. */
export type Variables = Record<string, unknown>

/** Coerces the variables, or tells what is wrong with them, as execution would say it at more length. */
export function readVariables({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs):
  | { coerced: Variables; errors?: undefined }
  | { coerced?: undefined; errors: GraphQLError[] } {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? []
  const { coerced, errors } = getVariableValues(schema, definitions, variableValues ?? {}, {
    maxErrors: MAX_VARIABLE_ERRORS,
  })
  return errors ? { errors: errors.map(variableError) } : { coerced }
}

/** The variables of an operation that was admitted, so that they can be coerced. */
export function coercedVariables(args: ExecutionArgs): Variables {
  const { coerced, errors } = readVariables(args)
  if (errors) throw errors[0]
  return coerced
}

function variableError({ message, nodes }: GraphQLError): GraphQLError {
  const text = message.length > MAX_ERROR_LENGTH ? `${message.slice(0, MAX_ERROR_LENGTH)}…` : message
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } }
  return new GraphQLError(text, { ...(nodes && { nodes }), extensions })
}

/** How many costs are remembered of one operation, by the shape of its variables. */
const MAX_SHAPES = 16
const known = new WeakMap<OperationDefinitionNode, Map<string, number>>()

/** Refuses an operation that asks for too much, before anything of it runs; charges others to their viewer and tells the cost. */
export function chargeOperation(args: ExecutionArgs): number {
  const cost = operationCost(args)
  const { viewer, services } = args.contextValue as Partial<Context>
  // A rejected operation was still parsed, validated and measured.
  if (viewer) services?.work.charge(viewer, cost > MAX_COST ? REFUSED_COST : cost)
  if (cost > MAX_COST) throw tooExpensive(cost)
  return cost
}

/** Returns the cost of an operation: a query, a payload, or each event of a subscription. */
export function operationCost({ schema, document, operationName, variableValues }: ExecutionArgs): number {
  const operation = getOperationAST(document, operationName)
  const variables = variableValues ?? {}
  // Execution itself says so.
  if (!operation) return 0
  const costs = known.get(operation) ?? new Map<string, number>()
  const shape = shapeOf(variables)
  const remembered = costs.get(shape)
  if (remembered !== undefined) return remembered
  const cost = complexityFromQuery(alone(operation, document), { schema, variables }).complexity
  if (costs.size < MAX_SHAPES) known.set(operation, costs.set(shape, cost))
  return cost
}

/** All that a cost may depend on: numbers, truth values, the lengths of lists and what is given, but no text. */
function shapeOf(value: unknown): string {
  if (typeof value === 'string') return '"'
  if (Array.isArray(value)) return `[${value.length}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${shapeOf(each)}`)}}`
}

/** Returns the document with this operation only, because otherwise the first one would be counted. */
function alone(operation: OperationDefinitionNode, document: DocumentNode): DocumentNode {
  const others = ({ kind }: { kind: Kind }) => kind !== Kind.OPERATION_DEFINITION
  return { ...document, definitions: [operation, ...document.definitions.filter(others)] }
}

function tooExpensive(cost: number): RequestError {
  return new RequestError(
    'QUERY_TOO_EXPENSIVE',
    `This operation costs ${cost}, and the limit is ${MAX_COST}: ask for shorter pages or for fewer levels of them.`,
  )
}
