import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import type { Context } from '../context.ts'
import { PermissionDeniedError, RequestError } from '../errors.ts'

/** The plugin's name in the builder. */
export const refusalsPluginName = 'refusals' as const

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      refusals: RefusalsPlugin<Types>
    }
  }
}

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription'])

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>

/** Has the audit trail tell what people were refused for want of a right, whichever part of a root field refuses it. */
class RefusalsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    return ROOTS.has(field.parentType) ? watched(resolve, field.name) : resolve
  }

  override wrapSubscribe(
    subscribe: Resolver<Types> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> | undefined {
    return subscribe && ROOTS.has(field.parentType) ? watched(subscribe, field.name) : subscribe
  }
}

function watched<Types extends SchemaTypes>(resolve: Resolver<Types>, field: string): Resolver<Types> {
  return (parent, args, context, info) => {
    // The builder's own context type. A plugin is generic over it.
    const tell = (error: unknown): never => {
      noteRefusal(context as Context, field, error)
      throw error
    }
    try {
      const result = resolve(parent, args, context, info)
      return result instanceof Promise ? result.catch(tell) : result
    } catch (error) {
      return tell(error)
    }
  }
}

function noteRefusal({ viewer, services, origin }: Context, field: string, error: unknown): void {
  const isDenied =
    error instanceof PermissionDeniedError || (error instanceof RequestError && error.code === 'FORBIDDEN')
  if (!isDenied || !viewer) return
  services.audit.refusals.add({
    companyId: viewer.companyId,
    userId: viewer.userId,
    kind: 'permission.denied',
    reason: ('permission' in error && error.permission) || 'other',
    field,
    origin: origin(),
  })
}

SchemaBuilder.registerPlugin(refusalsPluginName, RefusalsPlugin)
