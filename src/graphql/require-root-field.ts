import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type SelectionNode,
  type SubscriptionArgs,
} from 'graphql'
import { RequestError } from '../errors.ts'

interface Selected {
  variables: Record<string, unknown>
  fragments: Map<string, FragmentDefinitionNode>
}

/**
 * Throws BAD_USER_INPUT if @skip and @include remove all fields of a subscription, which graphql-js does not handle.
 */
export function requireRootField({
  schema,
  document,
  operationName,
  variableValues,
}: SubscriptionArgs): void {
  const operation = getOperationAST(document, operationName)
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variableValues ?? {})
  // Execution itself reports invalid variables and a missing operation.
  if (!operation || !coerced) return
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  const selected = {
    variables: coerced,
    fragments: new Map((fragments as FragmentDefinitionNode[]).map((each) => [each.name.value, each])),
  }
  if (operation.selectionSet.selections.some((selection) => hasField(selection, selected))) return
  throw new RequestError('BAD_USER_INPUT', '@skip and @include leave nothing to subscribe to.')
}

/** Fragments have no cycles in a valid document. */
function hasField(selection: SelectionNode, selected: Selected): boolean {
  const { variables, fragments } = selected
  if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) return false
  if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if === false) return false
  if (selection.kind === Kind.FIELD) return true
  const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
  return fragment?.selectionSet.selections.some((inner) => hasField(inner, selected)) ?? false
}
