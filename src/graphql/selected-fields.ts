import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'

/**
 * The fields asked for of the field's object, by name, through fragments of whatever type. One that a directive may leave
 * out counts.
 */
export function selectedFields({
  fieldNodes,
  fragments,
}: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>()
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else if (selection.kind === Kind.FRAGMENT_SPREAD) collect(fragments[selection.name.value]?.selectionSet)
      else found.set(selection.name.value, [...(found.get(selection.name.value) ?? []), selection])
    }
  }
  for (const { selectionSet } of fieldNodes) collect(selectionSet)
  return found
}
