import SchemaBuilder from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import DataloaderPlugin from '@pothos/plugin-dataloader'
import DirectivesPlugin from '@pothos/plugin-directives'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin, { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth'
import type { Context } from '../context.ts'
import { getDatamodel, type PrismaTypes } from '../database/prisma-types.ts'
import { PermissionDeniedError, RequestError } from '../errors.ts'
import { encodeId } from '../ids.ts'
import type { Permission } from '../members/permissions.ts'
import { fieldCost } from './field-cost.ts'
import { freshLoadersPluginName } from './fresh-loaders-plugin.ts'
import { decodeNodeId, nodeScopes } from './ids.ts'
import { nodeIdsPluginName } from './node-ids-plugin.ts'
import { perViewerPluginName } from './per-viewer-plugin.ts'
import { policyPluginName } from './policy-plugin.ts'
import { rateLimitPluginName } from './rate-limit-plugin.ts'
import { refusalsPluginName } from './refusals-plugin.ts'

/**
 * The builder of the schema. It requires a description of every type, field and argument, and a scope for every root
 * field.
 */
export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  AuthScopes: {
    /** All members of the company. */
    member: boolean
    permission: Permission
  }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    LocalDateTime: { Input: string; Output: string }
    JSON: { Input: unknown; Output: unknown }
  }
  Directives: {
    rateLimit: { locations: 'FIELD_DEFINITION'; args: { max: number; per: string } }
  }
  DefaultFieldNullability: false
  DefaultEdgesNullability: { list: false; items: false }
}>({
  plugins: [
    ErrorsPlugin,
    refusalsPluginName,
    ScopeAuthPlugin,
    RelayPlugin,
    PrismaPlugin,
    DataloaderPlugin,
    DirectivesPlugin,
    ComplexityPlugin,
    freshLoadersPluginName,
    perViewerPluginName,
    rateLimitPluginName,
    nodeIdsPluginName,
    policyPluginName,
  ],
  defaultFieldNullability: false,
  directives: { useGraphQLToolsUnorderedDirectives: true },
  // No limit here: the request limits reject an operation as a whole, and a subscription before it starts.
  complexity: { fieldComplexity: fieldCost },
  errors: {
    directResult: true,
    defaultTypes: [],
    defaultUnionOptions: { name: ({ fieldName }) => `${capitalised(fieldName)}Result` },
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: (context) => ({
      member: true,
      permission: (permission) => context.viewer.permissions.has(permission),
    }),
    unauthorizedError: (_parent, _context, info, { failure }) => {
      const permission = lackedPermission(failure)
      const detail = permission ? `Your role lacks the permission ${permission}.` : 'You may not do this.'
      return info.parentType.name === 'Mutation'
        ? new PermissionDeniedError(detail, permission)
        : // The audit trail tells of the permission.
          Object.assign(new RequestError('FORBIDDEN', detail), { permission })
    },
  },
  prisma: {
    client: (context) => context.tenant.prisma,
    dmmf: getDatamodel(),
    defaultConnectionSize: 50,
    maxConnectionSize: 100,
  },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The items of this page, each with its cursor.',
    },
    nodesOnConnection: { description: 'The items of this page.' },
    nodeFieldOptions: { description: 'The item at this cursor.' },
    cursorFieldOptions: { description: 'Pass it as `after` or `before` to continue from this item.' },
    pageInfoFieldOptions: {
      description: 'The cursors of this page, and whether more items precede or follow it.',
    },
    pageInfoTypeOptions: {
      description: 'The cursors of a page, and whether more items precede or follow it.',
    },
    hasNextPageFieldOptions: { description: 'True if items follow this page.' },
    hasPreviousPageFieldOptions: { description: 'True if items precede this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first item; null if the page is empty.' },
    endCursorFieldOptions: { description: 'Cursor of the last item; null if the page is empty.' },
    firstArgOptions: {
      description:
        'Maximum number of items, counted from the start or from `after`. Defaults to 50; at most 100.',
    },
    lastArgOptions: {
      description:
        'Maximum number of items, counted from the end or back from `before`; at most 100. Only `messages` supports it; other lists are paged forwards.',
    },
    afterArgOptions: { description: 'Returns items after this cursor.' },
    beforeArgOptions: {
      description:
        'Returns items before this cursor. Only `messages` supports it; other lists are paged forwards.',
    },
    nodeTypeOptions: { description: 'An object with an id.' },
    idFieldOptions: { description: 'Opaque id, unique across all types.' },
    nodeQueryOptions: {
      description: 'An object by its id; null if it does not exist or the viewer may not see it.',
      authScopes: (_root, { id }) => nodeScopes([id]),
      args: { id: { description: 'An id that the API returned.' } },
    },
    nodesQueryOptions: {
      description:
        'Objects by id, in the given order, at most 100. Null for objects that do not exist or that the viewer may not see.',
      authScopes: (_root, { ids }) => nodeScopes(ids),
      args: { ids: { description: 'Ids that the API returned.' } },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        if (ids.length > 100) throw new RequestError('BAD_USER_INPUT', 'At most 100 ids are taken at once.')
        return resolveNodes(ids)
      },
    },
    mutationInputArgOptions: { description: 'The input.' },
    encodeGlobalID: (typename, id) => encodeId(typename, String(id)),
    decodeGlobalID: decodeNodeId,
  },
})

builder.queryType({
  description: 'Operations that read data. Reading a conversation does not mark it as read.',
})
builder.mutationType({
  description:
    'Operations that change data. Each mutation takes one `input` and returns a union of its payload and the errors that the caller can act on.',
})
builder.subscriptionType({
  description: 'Event streams over WebSocket (graphql-transport-ws) or Server-Sent Events.',
})

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** Returns the missing permission that caused a rejection. Null if another scope caused it. */
function lackedPermission(failure: AuthFailure): string | null {
  if ('failures' in failure)
    return failure.failures.map(lackedPermission).find((name) => name !== null) ?? null
  const isPermission = failure.kind === AuthScopeFailureType.AuthScope && failure.scope === 'permission'
  return isPermission ? String(failure.parameter) : null
}
