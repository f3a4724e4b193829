import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'

/** True if only the id of the field's object is selected, which is known without reading the object. */
export function asksOnlyForId({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const isOnlyId = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return ['id', '__typename'].includes(selection.name.value)
      if (selection.kind === Kind.INLINE_FRAGMENT) return isOnlyId(selection.selectionSet)
      return isOnlyId(fragments[selection.name.value]?.selectionSet)
    }) ?? false
  return fieldNodes.every(({ selectionSet }) => isOnlyId(selectionSet))
}
