import { type GraphQLResolveInfo, getArgumentValues } from 'graphql'
import type { CompiledField } from './compile-operation.ts'
import { type Execution, failed, failLater, isPromise, type Path } from './field-outcome.ts'

/** Executes the fields of an object concurrently; a promise if one of them is. Throws the error of one that must not be null. */
export function executeFields(
  execution: Execution,
  fields: readonly CompiledField[],
  source: unknown,
  path: Path | undefined,
): unknown {
  const answer = emptyAnswer(execution)
  let pending: Promise<void>[] | undefined
  try {
    for (const field of fields) {
      const { key } = field
      const value = executeField(execution, field, source, path)
      // Its place in the answer is that in the document, whenever it is there.
      answer[key] = value
      if (!isPromise(value)) continue
      pending ??= []
      pending.push(
        value.then((completed) => {
          answer[key] = completed
        }),
      )
    }
  } catch (error) {
    if (!pending) throw error
    const fail = () => Promise.reject(error)
    return Promise.all(pending).then(fail, fail)
  }
  return pending ? Promise.all(pending).then(() => answer) : answer
}

/** Executes the fields one after another, as mutations want it. */
export async function executeSerially(
  execution: Execution,
  fields: readonly CompiledField[],
  source: unknown,
): Promise<Record<string, unknown>> {
  const answer = emptyAnswer(execution)
  for (const field of fields) answer[field.key] = await executeField(execution, field, source, undefined)
  return answer
}

/** Objects without a prototype are slower to write. */
function emptyAnswer({ compiled }: Execution): Record<string, unknown> {
  return compiled.namesPrototype ? Object.create(null) : {}
}

function executeField(
  execution: Execution,
  field: CompiledField,
  source: unknown,
  parentPath: Path | undefined,
): unknown {
  const { definition, nodes, parentType } = field
  const { compiled, rootValue, contextValue, variableValues } = execution
  const path: Path = { prev: parentPath, key: field.key, typename: parentType.name }
  const info: GraphQLResolveInfo = {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path,
    schema: compiled.schema,
    fragments: compiled.fragments,
    rootValue,
    operation: compiled.operation,
    variableValues,
  }
  try {
    // A valid document has a node of each field.
    const args =
      definition.args.length > 0 && nodes[0] ? getArgumentValues(definition, nodes[0], variableValues) : {}
    const value = field.resolve(source, args, contextValue, info)
    if (isPromise(value)) return completeLater(execution, field, info, value)
    const completed = field.complete(execution, field, info, path, value)
    return isPromise(completed) ? failLater(execution, field, path, field.isNullable, completed) : completed
  } catch (error) {
    return failed(execution, field, path, field.isNullable, error)
  }
}

function completeLater(
  execution: Execution,
  field: CompiledField,
  info: GraphQLResolveInfo,
  value: Promise<unknown>,
): Promise<unknown> {
  const { path } = info
  const completed = value.then((each) => field.complete(execution, field, info, path, each))
  return failLater(execution, field, path, field.isNullable, completed)
}
