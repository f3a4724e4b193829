import { getOperationAST, Kind, type OperationDefinitionNode, parse, valueFromASTUntyped } from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'
import { decodeId } from '../ids.ts'

const MUTATION = 'createConnectionTicket'

/**
 * The company that an operation of nothing but `createConnectionTicket` asks for: somebody of several companies makes a
 * ticket for one of them without the header. Only for operations that have passed validation.
 */
export function ticketCompany({ query, operationName, variables }: GraphQLParams): string | undefined {
  if (!query?.includes(MUTATION)) return undefined
  const operation = getOperationAST(parse(query, { noLocation: true }), operationName)
  const input = operation ? inputOfOnlyField(operation, variables) : undefined
  const companyId = typeof input === 'object' && input && 'companyId' in input ? input.companyId : undefined
  return typeof companyId === 'string' && decodeId(companyId)?.type === 'Company' ? companyId : undefined
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
