import { type FieldNode, type GraphQLResolveInfo, Kind } from 'graphql'
import { selectedFields } from '../../graphql/selected-fields.ts'
import { PREVIEW_FIELDS, SCREEN_FIELDS } from '../queries/inbox-screen.ts'
import type { AskedOfInbox } from '../queries/lists.ts'

/** By the nodes of the inbox's field, which stay the same as long as the document is known. */
const known = new WeakMap<readonly FieldNode[], AskedOfInbox>()

/** Tells what is asked of the inbox, through fragments of whatever type. */
export function askedOfInbox(info: GraphQLResolveInfo): AskedOfInbox {
  const remembered = known.get(info.fieldNodes)
  if (remembered) return remembered
  const asked = { isScreen: asksOnlyForScreen(info), withTotals: asksForTotals(info) }
  known.set(info.fieldNodes, asked)
  return asked
}

function asksOnlyForScreen({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const below = (nodes: readonly FieldNode[] = []) => selectedFields({ fieldNodes: nodes, fragments })
  const connection = below(fieldNodes)
  const edges = below(connection.get('edges'))
  const conversations = below([...(connection.get('nodes') ?? []), ...(edges.get('node') ?? [])])
  const messages = below(conversations.get('lastMessage'))
  const areAll = (fields: ReturnType<typeof selectedFields>, names: ReadonlySet<string>) =>
    [...fields.keys()].every((name) => names.has(name))
  return areAll(conversations, SCREEN_FIELDS) && areAll(messages, PREVIEW_FIELDS)
}

function asksForTotals({ operation, fragments }: GraphQLResolveInfo): boolean {
  const root = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: '' },
    selectionSet: operation.selectionSet,
  }
  const viewer = selectedFields({ fieldNodes: [root as FieldNode], fragments }).get('viewer') ?? []
  return selectedFields({ fieldNodes: viewer, fragments }).has('unread')
}
