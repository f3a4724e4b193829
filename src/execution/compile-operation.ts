import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { type Complete, completing } from './complete-value.ts'

/** A field of a selection, with all that does not change from one execution to the next. */
export interface CompiledField {
  /** Its name in the answer. */
  key: string
  nodes: readonly FieldNode[]
  parentType: GraphQLObjectType
  definition: GraphQLField<unknown, unknown>
  resolve: GraphQLFieldResolver<unknown, unknown>
  complete: Complete
  isNullable: boolean
  /** The fields below it for an object of this type. */
  below(type: GraphQLObjectType): readonly CompiledField[]
}

/** An operation whose fields are collected. */
export interface CompiledOperation {
  schema: GraphQLSchema
  operation: OperationDefinitionNode
  fragments: Record<string, FragmentDefinitionNode>
  fields: readonly CompiledField[]
  /** True if a field of the answer is called `__proto__`, which plain objects take for something else. */
  namesPrototype: boolean
}

type Variables = Record<string, unknown>
/** The surroundings of a field that is compiled. */
type Collecting = Pick<CompiledOperation, 'schema' | 'fragments'> & { variables: Variables }

const known = new WeakMap<OperationDefinitionNode, CompiledOperation>()

/**
 * Collects the fields of an operation, once for all its executions: it is remembered with its document. One with directives
 * has other fields with other variables and is collected for each execution. `variables` are coerced.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): CompiledOperation {
  const remembered = known.get(operation)
  if (remembered?.schema === schema) return remembered
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) throw new TypeError(`The schema has no ${operation.operation}.`)
  const fragments: Record<string, FragmentDefinitionNode> = {}
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments[each.name.value] = each
  }
  const { varies, namesPrototype } = traitsOf(document)
  // Remembered ones keep no variables: these hold texts of the first caller.
  const collecting: Collecting = { schema, fragments, variables: varies ? variables : {} }
  const collected = collectFields(schema, fragments, collecting.variables, rootType, operation.selectionSet)
  const fields = fieldsOf(collecting, rootType, collected)
  const compiled = { schema, operation, fragments, fields, namesPrototype }
  if (!varies) known.set(operation, compiled)
  return compiled
}

function fieldsOf(
  collecting: Collecting,
  parentType: GraphQLObjectType,
  collected: ReadonlyMap<string, readonly FieldNode[]>,
): CompiledField[] {
  return [...collected].map(([key, nodes]) => {
    const name = nodes[0]?.name.value ?? ''
    const definition = metaFields.get(name) ?? parentType.getFields()[name]
    if (!definition) throw new TypeError(`A valid document asks for ${parentType.name}.${name}.`)
    return compileField(collecting, { key, nodes, parentType, definition })
  })
}

const metaFields = new Map<string, GraphQLField<unknown, unknown>>(
  [TypeNameMetaFieldDef, SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]),
)

function compileField(
  collecting: Collecting,
  field: Pick<CompiledField, 'key' | 'nodes' | 'parentType' | 'definition'>,
): CompiledField {
  const { schema, fragments, variables } = collecting
  const type: GraphQLOutputType = field.definition.type
  const selections = new Map<GraphQLObjectType, CompiledField[]>()
  return {
    ...field,
    resolve: field.definition.resolve ?? defaultFieldResolver,
    complete: completing(type),
    isNullable: !isNonNullType(type),
    below(objectType) {
      const remembered = selections.get(objectType)
      if (remembered) return remembered
      const collected = collectSubfields(schema, fragments, variables, objectType, field.nodes)
      const selection = fieldsOf(collecting, objectType, collected)
      selections.set(objectType, selection)
      return selection
    },
  }
}

interface Traits {
  /** Directives may leave fields out, depending on the variables. */
  varies: boolean
  namesPrototype: boolean
}

const traits = new WeakMap<DocumentNode, Traits>()

function traitsOf(document: DocumentNode): Traits {
  const remembered = traits.get(document)
  if (remembered) return remembered
  const found: Traits = { varies: false, namesPrototype: false }
  visit(document, {
    Directive: () => {
      found.varies = true
    },
    Field: ({ alias }) => {
      found.namesPrototype ||= alias?.value === '__proto__'
    },
  })
  traits.set(document, found)
  return found
}
