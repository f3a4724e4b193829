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
import { perViewerPluginName } from './per-viewer-plugin.ts'
import { rateLimitPluginName } from './rate-limit-plugin.ts'

/** What the schema is made with: every type, field and argument is described, and every root field says who may use it. */
export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  AuthScopes: {
    /** Any member of the company. */
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
    ScopeAuthPlugin,
    RelayPlugin,
    PrismaPlugin,
    DataloaderPlugin,
    DirectivesPlugin,
    ComplexityPlugin,
    freshLoadersPluginName,
    perViewerPluginName,
    rateLimitPluginName,
  ],
  defaultFieldNullability: false,
  directives: { useGraphQLToolsUnorderedDirectives: true },
  // Without a limit here: the request limits refuse an operation as a whole, a subscription before it starts.
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
        : new RequestError('FORBIDDEN', detail)
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
      description: 'The page, each node with its cursor.',
    },
    nodesOnConnection: { description: 'The page.' },
    nodeFieldOptions: { description: 'The thing itself.' },
    cursorFieldOptions: { description: 'Pass it as `after` or `before` to go on from here.' },
    pageInfoFieldOptions: { description: 'Whether there is more.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    hasNextPageFieldOptions: { description: 'There is more after this page.' },
    hasPreviousPageFieldOptions: { description: 'There is more before this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first node; null on an empty page.' },
    endCursorFieldOptions: { description: 'The cursor of the last node; null on an empty page.' },
    firstArgOptions: {
      description: 'How many at most, from the start or after `after`: 50 unless given, at most 100.',
    },
    lastArgOptions: {
      description:
        'For `messages` alone; other lists are paged forwards: how many, from the end or before `before`: at most 100.',
    },
    afterArgOptions: { description: 'Only what follows this cursor.' },
    beforeArgOptions: {
      description: 'For `messages` alone; other lists are paged forwards: only what precedes this cursor.',
    },
    nodeTypeOptions: { description: 'Anything with an id of its own.' },
    idFieldOptions: { description: 'Opaque, and unique over all types.' },
    nodeQueryOptions: {
      description: 'Anything by its id; null if it does not exist or the viewer may not see it.',
      authScopes: (_root, { id }) => nodeScopes([id]),
      args: { id: { description: 'The id, as given by the API.' } },
    },
    nodesQueryOptions: {
      description:
        'Several things by id, in the order asked for, at most 100; null where one does not exist or the viewer may not see it.',
      authScopes: (_root, { ids }) => nodeScopes(ids),
      args: { ids: { description: 'The ids, as given by the API.' } },
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
  description: 'Reading. Nothing here changes anything: opening a conversation does not mark it read.',
})
builder.mutationType({
  description:
    'Writing. Each mutation takes one `input` and answers with a union: its payload, or an error that the caller can act on.',
})
builder.subscriptionType({
  description: 'Live streams, over WebSocket (graphql-transport-ws) and Server-Sent Events.',
})

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** The permission whose lack a rejection comes from; null if it is another scope. */
function lackedPermission(failure: AuthFailure): string | null {
  if ('failures' in failure)
    return failure.failures.map(lackedPermission).find((name) => name !== null) ?? null
  const isPermission = failure.kind === AuthScopeFailureType.AuthScope && failure.scope === 'permission'
  return isPermission ? String(failure.parameter) : null
}
