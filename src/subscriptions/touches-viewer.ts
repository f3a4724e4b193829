import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { perViewerOf } from '../graphql/per-viewer-plugin.ts'

/** The fragments of a document, by name. */
export type Fragments = Record<string, FragmentDefinitionNode>

/**
 * True if a field of the selection, at any depth, depends on the viewer. Fields that variables exclude are included.
 */
function touchesViewer(
  schema: GraphQLSchema,
  fragments: Fragments,
  typeName: string,
  selectionSet: SelectionSetNode,
): boolean {
  return selectionSet.selections.some((selection) => {
    if (selection.kind === Kind.FIELD)
      return fieldTouchesViewer(schema, fragments, typeName, selection.name.value, selection.selectionSet)
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]
    const condition = inner?.typeCondition?.name.value ?? typeName
    return inner !== undefined && touchesViewer(schema, fragments, condition, inner.selectionSet)
  })
}

/** True if the field depends on the viewer in this type, or in any type that it stands for. */
export function fieldTouchesViewer(
  schema: GraphQLSchema,
  fragments: Fragments,
  typeName: string,
  name: string,
  selectionSet: SelectionSetNode | undefined,
): boolean {
  if (name === '__typename') return false
  return objectTypes(schema, typeName).some((type) => {
    const field = type.getFields()[name]
    if (!field) return false
    if (perViewerOf(field) !== false) return true
    const inner = getNamedType(field.type).name
    return selectionSet !== undefined && touchesViewer(schema, fragments, inner, selectionSet)
  })
}

function objectTypes(schema: GraphQLSchema, typeName: string) {
  const type = schema.getType(typeName)
  if (isAbstractType(type)) return [...schema.getPossibleTypes(type)]
  return isObjectType(type) ? [type] : []
}
