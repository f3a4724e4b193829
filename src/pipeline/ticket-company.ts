import { getOperationAST, Kind, type OperationDefinitionNode, parse, valueFromASTUntyped } from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'
import { decodeId } from '../ids.ts'

const MUTATION = 'createConnectionTicket'
const MAX_TOKENS = 200
const MAX_CHARACTERS = 4_096

/**
 * Returns the company that an operation with only `createConnectionTicket` names, so that a person with several
 * companies can create a ticket without the header. The document is neither parsed nor validated yet, and longer
 * documents than such an operation are ignored.
 */
export function ticketCompany({ query, operationName, variables }: GraphQLParams): string | undefined {
  if (!query?.includes(MUTATION)) return undefined
  const operation = operationOf(query, operationName)
  const input = operation ? inputOfOnlyField(operation, variables) : undefined
  const companyId = typeof input === 'object' && input && 'companyId' in input ? input.companyId : undefined
  return typeof companyId === 'string' && decodeId(companyId)?.type === 'Company' ? companyId : undefined
}

function operationOf(query: string, operationName: string | undefined) {
  if (query.length > MAX_CHARACTERS) return undefined
  try {
    return getOperationAST(parse(query, { noLocation: true, maxTokens: MAX_TOKENS }), operationName)
  } catch {
    return undefined
  }
}

function inputOfOnlyField(
  operation: OperationDefinitionNode,
  variables: GraphQLParams['variables'],
): unknown {
  const [field, ...others] = operation.selectionSet.selections
  if (field?.kind !== Kind.FIELD || field.name.value !== MUTATION || others.length > 0) return undefined
  const input = field.arguments?.find(({ name }) => name.value === 'input')
  return input && valueFromASTUntyped(input.value, variables)
}
