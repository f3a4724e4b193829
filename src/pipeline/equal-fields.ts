import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { RequestError } from '../errors.ts'

/**
 * Maximum number of equal response names at one path of the answer. A union has fewer members, each with its own
 * selection.
 */
const MAX_EQUAL_FIELDS = 50
/** Maximum number of fields. No operation with more is within the limit of cost. */
const MAX_FIELDS = 20_000

/**
 * Throws QUERY_TOO_EXPENSIVE if one path of the answer is selected so often that validation, which compares all pairs
 * of its fields, would take quadratic time. Fragments are included.
 */
export function assertFewEqualFields(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const counter = { left: MAX_FIELDS }
  // Validation checks fragments even if no operation uses them.
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) walk([definition.selectionSet], fragments, counter, 0)
  }
}

/** Fragments in a cycle have no end. Validation rejects documents of this depth. */
const MAX_LEVELS = 100

function walk(
  sets: SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  counter: { left: number },
  level: number,
): void {
  if (level > MAX_LEVELS) return
  for (const [name, fields] of fieldsByName(sets, fragments, counter)) {
    if (fields.length > MAX_EQUAL_FIELDS) {
      throw new RequestError(
        'QUERY_TOO_EXPENSIVE',
        `The document asks for ${name} ${fields.length} times at one path, and the limit is ${MAX_EQUAL_FIELDS}.`,
      )
    }
    const below = fields.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []))
    if (below.length > 0) walk(below, fragments, counter, level + 1)
  }
}

/** The fields of all these selections, by response name; each fragment counts once per path. */
function fieldsByName(
  sets: SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  counter: { left: number },
): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>()
  const spread = new Set<string>()
  const open = [...sets]
  for (let set = open.pop(); set; set = open.pop()) {
    for (const selection of set.selections) {
      counter.left -= 1
      if (counter.left < 0) throw tooManyFields()
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const fields = found.get(name)
        if (fields) fields.push(selection)
        else found.set(name, [selection])
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        open.push(selection.selectionSet)
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value)
        const fragment = fragments.get(selection.name.value)
        if (fragment) open.push(fragment.selectionSet)
      }
    }
  }
  return found
}

function tooManyFields(): RequestError {
  return new RequestError(
    'QUERY_TOO_EXPENSIVE',
    `The document selects more than ${MAX_FIELDS} fields, its fragments written out.`,
  )
}
