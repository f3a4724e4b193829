import { type DocumentNode, getOperationAST, Kind, parse } from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'

/** In characters: a list to choose from needs no more, and nobody is charged for parsing it. */
const MAX_LENGTH = 1_024

/** True for a query of nothing but the root field `companies`, which is answered before a company is chosen. */
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

/** Undefined for what is no document: the company is asked for first all the same. */
function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query, { noLocation: true })
  } catch {
    return undefined
  }
}
