import { collectFields, collectSubFields } from '@graphql-tools/utils'
import {
  BREAK,
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
  TypeNameMetaFieldDef,
  visit,
} from 'graphql'
import { type Complete, completing } from './complete-value.ts'

/** A field of a selection, with all that does not change from one execution to the next. */
export interface CompiledField {
  /** Its name in the answer. */
  key: string
  nodes: FieldNode[]
  parentType: GraphQLObjectType
  definition: GraphQLField<unknown, unknown>
  resolve: GraphQLFieldResolver<unknown, unknown>
  complete: Complete
  isNullable: boolean
  /** The fields below it for an object of this type. */
  below(type: GraphQLObjectType): readonly CompiledField[]
}

/** A query or mutation whose fields are collected. */
export interface CompiledOperation {
  schema: GraphQLSchema
  operation: OperationDefinitionNode
  fragments: Record<string, FragmentDefinitionNode>
  fields: readonly CompiledField[]
}

const known = new WeakMap<OperationDefinitionNode, CompiledOperation | null>()

/**
 * Collects the fields of an operation once for all executions; the operation is remembered with its document. Null for one
 * whose fields vary from one execution to the next, as directives have it, and for introspection.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledOperation | null {
  const remembered = known.get(operation)
  if (remembered?.schema === schema || remembered === null) return remembered
  const compiled = varies(document) ? null : compile(schema, document, operation)
  known.set(operation, compiled)
  return compiled
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledOperation | null {
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) return null
  const fragments: Record<string, FragmentDefinitionNode> = {}
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments[each.name.value] = each
  }
  const compiled = { schema, operation, fragments }
  const { fields } = collectFields(schema, fragments, {}, rootType, operation.selectionSet)
  return { ...compiled, fields: fieldsOf(compiled, rootType, fields) }
}

function fieldsOf(
  context: Omit<CompiledOperation, 'fields'>,
  parentType: GraphQLObjectType,
  collected: Map<string, FieldNode[]>,
): CompiledField[] {
  return [...collected].map(([key, nodes]) => {
    const name = nodes[0]?.name.value ?? ''
    const definition = name === '__typename' ? TypeNameMetaFieldDef : parentType.getFields()[name]
    if (!definition) throw new TypeError(`A valid document asks for ${parentType.name}.${name}.`)
    return compileField(context, { key, nodes, parentType, definition })
  })
}

function compileField(
  context: Omit<CompiledOperation, 'fields'>,
  field: Pick<CompiledField, 'key' | 'nodes' | 'parentType' | 'definition'>,
): CompiledField {
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
      const { fields } = collectSubFields(context.schema, context.fragments, {}, objectType, field.nodes)
      const selection = fieldsOf(context, objectType, fields)
      selections.set(objectType, selection)
      return selection
    },
  }
}

/** True if a directive may leave fields out, if the schema is asked about, or if a name is one that objects have themselves. */
function varies(document: DocumentNode): boolean {
  let found = false
  const stop = () => {
    found = true
    return BREAK
  }
  visit(document, {
    Directive: stop,
    Field: ({ name, alias }) =>
      ['__schema', '__type'].includes(name.value) || (alias ?? name).value === '__proto__'
        ? stop()
        : undefined,
  })
  return found
}
