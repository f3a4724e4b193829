import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, visit } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import { requireOpen } from '../companies/require-open.ts'
import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { streamPosition } from '../events/stream-position.ts'
import { unauthenticated } from './sign-in-first.ts'

/** Operations that stay possible while messaging is off or in safe mode, so that it can be switched back. */
const ALWAYS = new Set(['viewer', 'companies', 'updateCompanySettings'])
/** Mutations that reading needs as well. */
const FOR_READERS = new Set(['createConnectionTicket'])
const INTROSPECTION = new Set(['__schema', '__type', '__typename'])
/** What is answered before a company is chosen. */
const CHOOSING = new Set(['companies'])
const CURSORS = new Set(['inboxCursor', 'eventsCursor'])
/** Mutations that take an idempotency key. */
const KEYED = new Set(['sendMessage'])

/** Decides whether an operation may run at all, whatever its transport, and reads what must be read before the rest. */
export function operationGate(): Plugin<object> {
  return {
    onExecute: ({ args }) => admit(args.document, args.operationName, args.contextValue as Partial<Context>),
    onSubscribe: ({ args }) =>
      admit(args.document, args.operationName, args.contextValue as Partial<Context>),
  }
}

async function admit(
  document: DocumentNode,
  operationName: string | null | undefined,
  context: Partial<Context>,
): Promise<void> {
  const operation = getOperationAST(document, operationName)
  // Without one, execution itself says so.
  if (!operation || asksOnlyFor(operation, INTROSPECTION)) return
  const { viewer, tenant } = context
  if (context.choices && asksOnlyFor(operation, CHOOSING)) return
  if (!viewer || !tenant) throw unauthenticated()
  assertCompanyOpen(viewer, operation)
  if (context.idempotencyKey !== undefined && fieldsNamed(document, operation, KEYED) > 1) {
    throw new RequestError(
      'BAD_USER_INPUT',
      'The Idempotency-Key header is for an operation with one such mutation: give each its own idempotencyKey instead.',
    )
  }
  if (fieldsNamed(document, operation, CURSORS) === 0) return
  // Before anything else of the operation is read: whatever happens after is in the stream above this position.
  const [stream] = await tenant.query(streamPosition, { companyId: viewer.companyId })
  context.streamPosition = Number(stream?.position ?? 0)
}

function assertCompanyOpen(viewer: Viewer, operation: OperationDefinitionNode): void {
  if (asksOnlyFor(operation, ALWAYS)) return
  const isWrite = operation.operation === 'mutation' && !asksOnlyFor(operation, FOR_READERS)
  requireOpen(viewer, isWrite ? 'write' : 'read')
}

function asksOnlyFor(operation: OperationDefinitionNode, names: ReadonlySet<string>): boolean {
  return operation.selectionSet.selections.every(
    (selection) =>
      selection.kind === Kind.FIELD &&
      (names.has(selection.name.value) || selection.name.value === '__typename'),
  )
}

/** Counts the fields of these names in the operation, fragments included. */
function fieldsNamed(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  names: ReadonlySet<string>,
): number {
  let found = 0
  visit(document, {
    OperationDefinition: (node) => (node === operation ? undefined : false),
    Field(node) {
      if (names.has(node.name.value)) found += 1
    },
  })
  return found
}
