import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { requireOpen } from '../companies/require-open.ts'
import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { streamPosition } from '../events/stream-position.ts'
import { unauthenticated } from './sign-in-first.ts'

/** Operations that stay allowed while messaging is disabled or in safe mode, so that it can be enabled again. */
const ALWAYS = new Set(['viewer', 'companies', 'serverInfo', 'updateCompanySettings'])
/** Mutations that are required for reading. */
const FOR_READERS = new Set(['createConnectionTicket'])
const INTROSPECTION = new Set(['__schema', '__type', '__typename'])
/** Root fields that need no chosen company. */
const CHOOSING = new Set(['companies'])
const CURSORS = new Set(['inboxCursor', 'eventsCursor', 'guestEventsCursor'])
/** Mutations with an idempotency key. */
const KEYED = new Set(['sendMessage', 'sendBroadcast', 'sendGuestMessage'])

/** An operation, as far as the gate looks. */
interface Facts {
  isIntrospection: boolean
  isChoosing: boolean
  /** How far the company has to be open for it. */
  needs: 'nothing' | 'read' | 'write'
  keyedFields: number
  hasCursor: boolean
}

/** Documents are remembered, and their operations with them. */
const known = new WeakMap<OperationDefinitionNode, Facts>()

/** Decides whether an operation may run at all, whatever its transport, and reads what must be read before the rest. */
export async function admitOperation({
  document,
  operationName,
  contextValue,
}: Pick<ExecutionArgs, 'document' | 'operationName' | 'contextValue'>): Promise<void> {
  const context = contextValue as Partial<Context>
  const operation = getOperationAST(document, operationName)
  // Without one, execution itself says so.
  if (!operation) return
  const facts = factsOf(document, operation)
  if (facts.isIntrospection) return
  const { viewer, tenant } = context
  if (context.choices && facts.isChoosing) return
  if (!viewer || !tenant) throw unauthenticated()
  if (facts.needs !== 'nothing') requireOpen(viewer, facts.needs)
  if (context.idempotencyKey !== undefined && facts.keyedFields > 1) {
    throw new RequestError(
      'BAD_USER_INPUT',
      'The Idempotency-Key header is for an operation with one such mutation: give each its own idempotencyKey instead.',
    )
  }
  if (!facts.hasCursor) return
  // Before anything else of the operation is read: whatever happens after is in the stream above this position.
  const [stream] = await tenant.query(streamPosition, { companyId: viewer.companyId })
  context.streamPosition = Number(stream?.position ?? 0)
}

function factsOf(document: DocumentNode, operation: OperationDefinitionNode): Facts {
  const remembered = known.get(operation)
  if (remembered) return remembered
  const isWrite = operation.operation === 'mutation' && !asksOnlyFor(operation, FOR_READERS)
  const facts: Facts = {
    isIntrospection: asksOnlyFor(operation, INTROSPECTION),
    isChoosing: asksOnlyFor(operation, CHOOSING),
    needs: asksOnlyFor(operation, ALWAYS) ? 'nothing' : isWrite ? 'write' : 'read',
    keyedFields: fieldsNamed(document, operation, KEYED),
    hasCursor: fieldsNamed(document, operation, CURSORS) > 0,
  }
  known.set(operation, facts)
  return facts
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
