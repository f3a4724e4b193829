import { type DocumentNode, getOperationAST, Kind, parse } from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'

/** In characters. A query for the companies is shorter, and nobody is charged for parsing it. */
const MAX_LENGTH = 1_024

/** True for a query with only the root field `companies`, which is answered before a company is chosen. */
export function asksOnlyForCompanies({ query, operationName }: GraphQLParams): boolean {
  if (!query?.includes('companies') || query.length > MAX_LENGTH) return false
  const document = parsed(query)
  const operation = document && getOperationAST(document, operationName)
  return (
    operation?.operation === 'query' &&
    operation.selectionSet.selections.every(
      (selection) =>
        selection.kind === Kind.FIELD && ['companies', '__typename'].includes(selection.name.value),
    )
  )
}

/** Undefined for an invalid document. A company must be chosen first then, too. */
function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query, { noLocation: true })
  } catch {
    return undefined
  }
}
