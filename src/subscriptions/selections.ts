import { type DocumentNode, type ExecutionArgs, Kind, type OperationDefinitionNode, visit } from 'graphql'
import { type Hold, Shared } from '../concurrency/shared.ts'
import { operationOf, SharedSelection } from './shared-selection.ts'

const selections = new WeakMap<DocumentNode, Shared<string, SharedSelection>>()

/**
 * Returns the shared selection of an operation. Operations with the same fields and variables share one, even if they
 * begin after different cursors. Undefined if the document has no such operation.
 */
export function enterSelection(args: ExecutionArgs): Hold<SharedSelection> | undefined {
  const operation = operationOf(args)
  if (!operation) return undefined
  const fromNow = withoutAfter(operation)
  const alike = selections.get(args.document) ?? new Shared<string, SharedSelection>()
  selections.set(args.document, alike)
  const key = JSON.stringify([args.operationName, variablesOf(args, fromNow)])
  return alike.hold(key, () => new SharedSelection(args, fromNow))
}

/** Removes `after`, because the start of a stream does not change what its events show. */
function withoutAfter(operation: OperationDefinitionNode): OperationDefinitionNode {
  const selections = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD
      ? { ...selection, arguments: selection.arguments?.filter(({ name }) => name.value !== 'after') ?? [] }
      : selection,
  )
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } }
}

/** The variables that the operation uses, with their values. */
function variablesOf({ document, variableValues }: ExecutionArgs, operation: OperationDefinitionNode) {
  const used = new Set<string>()
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  for (const node of [operation.selectionSet, ...fragments])
    visit(node, { Variable: ({ name }) => void used.add(name.value) })
  return [...used].sort().map((name) => [name, variableValues?.[name]])
}
