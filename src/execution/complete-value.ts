import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { CompiledField } from './compile-operation.ts'
import { executeFields } from './execute-fields.ts'
import { type Execution, failed, failLater, isPromise, type Path } from './field-outcome.ts'

/** Makes a value of a field into its part of the answer, as the specification of GraphQL says (6.4.3); throws its error. */
export type Complete = (
  execution: Execution,
  field: CompiledField,
  info: GraphQLResolveInfo,
  path: Path,
  value: unknown,
) => unknown

/** How values of a type are completed. */
export function completing(type: GraphQLOutputType): Complete {
  if (isNonNullType(type)) return nonNull(completing(type.ofType))
  const complete = ofNamedOrList(type)
  return (execution, field, info, path, value) => {
    if (value instanceof Error) throw value
    return value == null ? null : complete(execution, field, info, path, value)
  }
}

function ofNamedOrList(type: GraphQLOutputType): Complete {
  if (isListType(type)) return list(type.ofType)
  if (isLeafType(type)) return leaf(type)
  if (isAbstractType(type)) return abstract(type)
  if (isObjectType(type)) return (...args) => completeObject(type, ...args)
  throw new TypeError(`${type} is no type of an answer.`)
}

function nonNull(complete: Complete): Complete {
  return (execution, field, info, path, value) => {
    const completed = complete(execution, field, info, path, value)
    if (completed !== null) return completed
    throw new Error(`Cannot return null for non-nullable field ${info.parentType.name}.${info.fieldName}.`)
  }
}

function leaf(type: GraphQLLeafType): Complete {
  return (_execution, _field, _info, _path, value) => {
    const serialized = serialize(type, value)
    if (serialized == null) throw new Error(`${type.name} cannot represent this value.`)
    return serialized
  }
}

/** A scalar's own error must not seem one of the document. */
function serialize(type: GraphQLLeafType, value: unknown): unknown {
  try {
    return type.serialize(value)
  } catch (error) {
    throw error instanceof GraphQLError ? new Error(error.message) : error
  }
}

function list(itemType: GraphQLOutputType): Complete {
  const completeItem = completing(itemType)
  const isNullable = !isNonNullType(itemType)
  return (execution, field, info, path, value) => {
    if (typeof value === 'string' || typeof (value as Iterable<unknown>)[Symbol.iterator] !== 'function') {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${info.parentType.name}.${info.fieldName}".`,
      )
    }
    const items: unknown[] = []
    let isPending = false
    for (const item of value as Iterable<unknown>) {
      const itemPath: Path = { prev: path, key: items.length, typename: undefined }
      try {
        const completed = isPromise(item)
          ? item.then(later(completeItem, execution, field, info, itemPath))
          : completeItem(execution, field, info, itemPath, item)
        if (!isPromise(completed)) {
          items.push(completed)
          continue
        }
        isPending = true
        items.push(failLater(execution, field, itemPath, isNullable, completed))
      } catch (error) {
        items.push(failedAmong(items, () => failed(execution, field, itemPath, isNullable, error)))
      }
    }
    return isPending ? Promise.all(items) : items
  }
}

/** Completes an item once it is there. */
function later(complete: Complete, ...place: [Execution, CompiledField, GraphQLResolveInfo, Path]) {
  return (item: unknown) => complete(...place, item)
}

/** If the whole list fails, its other items have nowhere to fail. */
function failedAmong(items: unknown[], fail: () => null): null {
  try {
    return fail()
  } catch (error) {
    for (const item of items) if (isPromise(item)) item.then(undefined, () => {})
    throw error
  }
}

function abstract(type: GraphQLAbstractType): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver
  return (execution, field, info, path, value) => {
    const complete = (name: string | undefined) =>
      completeObject(possibleType(type, info, name), execution, field, info, path, value)
    const found = resolveType(value, execution.contextValue, info, type)
    return isPromise(found) ? found.then(complete) : complete(found)
  }
}

function possibleType(
  type: GraphQLAbstractType,
  { schema, parentType, fieldName, fieldNodes }: GraphQLResolveInfo,
  name: string | undefined,
): GraphQLObjectType {
  const found = typeof name === 'string' ? schema.getType(name) : undefined
  if (isObjectType(found) && schema.isSubType(type, found)) return found
  throw new GraphQLError(
    `Abstract type "${type.name}" must resolve to one of its object types for field "${parentType.name}.${fieldName}", and not to "${name}".`,
    { nodes: fieldNodes },
  )
}

function completeObject(
  type: GraphQLObjectType,
  execution: Execution,
  field: CompiledField,
  info: GraphQLResolveInfo,
  path: Path,
  value: unknown,
): unknown {
  const complete = (isOfType: boolean) => {
    if (isOfType) return executeFields(execution, field.below(type), value, path)
    throw new GraphQLError(`Expected value of type "${type.name}" but got another.`, { nodes: field.nodes })
  }
  const isOfType = type.isTypeOf?.(value, execution.contextValue, info) ?? true
  return isPromise(isOfType) ? isOfType.then(complete) : complete(isOfType)
}
