import { type DocumentNode, type ExecutionArgs, type ExecutionResult, getOperationAST, Kind } from 'graphql'
import type { Context } from '../context.ts'
import { companyOperations } from '../metrics/feature-metrics.ts'
import { operationSeconds } from '../metrics/metrics.ts'
import { isFault } from './mask-error.ts'

/** By document, the name under which each of its operations is measured. */
const names = new WeakMap<DocumentNode, Map<string | null | undefined, string>>()
/** Observes the seconds of an operation; by its labels, because to find them takes longer than to observe. */
const observers = new Map<string, (seconds: number) => void>()

/** Runs a query or mutation and measures how long it took, under its root field and whether it was answered. */
export async function measureOperation(
  args: ExecutionArgs,
  run: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const began = performance.now()
  let outcome = 'failed'
  try {
    const result = await run()
    if (!result.errors) outcome = 'answered'
    else if (!result.errors.some(isFault)) outcome = 'refused'
    return result
  } catch (error) {
    if (!isFault(error)) outcome = 'refused'
    throw error
  } finally {
    note(args, outcome, (performance.now() - began) / 1000)
  }
}

function note(args: ExecutionArgs, outcome: string, seconds: number): void {
  const { viewer, services, transport = 'http' } = args.contextValue as Partial<Context>
  observerOf(fieldOf(args), transport, outcome)(seconds)
  const company = viewer && services?.measuredCompanies.get(viewer.companyId)
  if (company !== undefined) companyOperations.inc({ company, outcome })
}

function observerOf(field: string, transport: string, outcome: string): (seconds: number) => void {
  const key = `${field} ${transport} ${outcome}`
  const known = observers.get(key)
  if (known) return known
  const { observe } = operationSeconds.labels({ field, transport, outcome })
  observers.set(key, observe)
  return observe
}

/** Returns the root field of an operation, or `several`. Clients choose other names, which must not become labels. */
export function fieldOf({ document, operationName }: ExecutionArgs): string {
  const ofDocument = names.get(document) ?? new Map<string | null | undefined, string>()
  names.set(document, ofDocument)
  const name = ofDocument.get(operationName) ?? rootFieldOf(document, operationName)
  ofDocument.set(operationName, name)
  return name
}

/** The one root field that is asked for. The schema bounds how many there are; clients choose the names of operations. */
function rootFieldOf(document: DocumentNode, operationName: string | null | undefined): string {
  const selections = getOperationAST(document, operationName)?.selectionSet.selections ?? []
  const fields = selections.filter((selection) => selection.kind === Kind.FIELD)
  const [first] = fields
  return first && selections.length === 1 ? first.name.value : 'several'
}
