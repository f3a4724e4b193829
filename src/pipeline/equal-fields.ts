import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { RequestError } from '../errors.ts'

/** Of one response name at one path of the answer. A union has fewer members, each with its own selection. */
const MAX_EQUAL_FIELDS = 50
/** No operation with more fields is within the limit of cost. */
const MAX_FIELDS = 20_000

/**
 * Throws QUERY_TOO_EXPENSIVE where one path of the answer is asked for so often that validation, which compares each
 * two of its fields and what is selected below them, takes time in the square of that. Fragments are looked through.
 */
export function assertFewEqualFields(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const counter = { left: MAX_FIELDS }
  // Fragments are validated even where no operation spreads them.
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) walk([definition.selectionSet], fragments, counter, 0)
  }
}

/** A document of fragments that spread each other in a circle has no end; validation refuses what is as deep. */
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
