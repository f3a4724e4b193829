import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  GraphQLObjectType,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { perViewerOf } from '../graphql/per-viewer-plugin.ts'
import { type Fragments, fieldTouchesViewer } from './touches-viewer.ts'

/** The source of a field: the same for everybody, dependent on the viewer, or the cursor. */
export type Origin = 'everybody' | 'viewer' | 'cursor'

/** The selection of an event, split into fields executed once for everybody and fields executed for each viewer. */
export interface SplitSelection {
  /** The response key of the subscription's root field. */
  root: string
  /** The fields of the event, in the order of the answer. */
  parts: { key: string; origin: Origin }[]
  /** Undefined if no field of that origin is selected. */
  documents: { everybody: DocumentNode | undefined; viewer: DocumentNode | undefined }
}

/**
 * Splits the selection of an operation for one type of event. Undefined unless the operation has exactly one root
 * field.
 */
export function splitSelection(
  { schema, document, variableValues }: Pick<ExecutionArgs, 'schema' | 'document' | 'variableValues'>,
  operation: OperationDefinitionNode,
  typeName: string,
): SplitSelection | undefined {
  const fragments = fragmentsOf(document)
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {})
  const subscriptions = schema.getSubscriptionType()
  const type = schema.getType(typeName)
  if (!coerced || !subscriptions || !(type instanceof GraphQLObjectType)) return undefined
  const roots = [...collectFields(schema, fragments, coerced, subscriptions, operation.selectionSet)]
  const [root, nodes = []] = roots[0] ?? []
  const [event] = nodes
  if (!root || !event || roots.length !== 1) return undefined
  const subfields = [...collectSubfields(schema, fragments, coerced, type, nodes)]
  const fields = subfields.map(([key, alike]) => ({
    key,
    nodes: alike,
    origin: originOf({ schema, fragments, type }, alike),
  }))
  const documentOf = (origin: Origin) => {
    const selections = fields.filter((field) => field.origin === origin).flatMap((field) => field.nodes)
    return selections.length === 0
      ? undefined
      : alone(document, withSelections(operation, event, typeName, selections))
  }
  return {
    root,
    parts: fields.map(({ key, origin }) => ({ key, origin })),
    documents: { everybody: documentOf('everybody'), viewer: documentOf('viewer') },
  }
}

interface EventType {
  schema: GraphQLSchema
  fragments: Fragments
  type: GraphQLObjectType
}

/** Returns the origin of a field that is selected by these nodes, which have one response key. */
function originOf({ schema, fragments, type }: EventType, alike: readonly FieldNode[]): Origin {
  const name = alike[0]?.name.value ?? ''
  const field = type.getFields()[name]
  if (field && perViewerOf(field) === 'cursor') return 'cursor'
  const touches = alike.some(({ selectionSet }) =>
    fieldTouchesViewer(schema, fragments, type.name, name, selectionSet),
  )
  return touches ? 'viewer' : 'everybody'
}

/** Returns the operation with these fields of the event alone. */
function withSelections(
  operation: OperationDefinitionNode,
  event: FieldNode,
  typeName: string,
  selections: readonly FieldNode[],
): OperationDefinitionNode {
  const ofType = {
    kind: Kind.INLINE_FRAGMENT as const,
    typeCondition: { kind: Kind.NAMED_TYPE as const, name: { kind: Kind.NAME as const, value: typeName } },
    selectionSet: { kind: Kind.SELECTION_SET as const, selections },
  }
  const narrowed = { ...event, selectionSet: { kind: Kind.SELECTION_SET as const, selections: [ofType] } }
  return { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: [narrowed] } }
}

/** Returns the document with this operation only. */
function alone(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  return { ...document, definitions: [operation, ...fragments] }
}

function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments: Fragments = {}
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  return fragments
}
