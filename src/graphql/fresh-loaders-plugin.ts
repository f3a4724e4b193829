import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { type Context, forgetReads } from '../context.ts'

/** The plugin's name in the builder. */
export const freshLoadersPluginName = 'freshLoaders' as const

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      freshLoaders: FreshLoadersPlugin<Types>
    }
  }
}

/** Empties the loaders after each mutation of an operation, so that its answer shows its own write. */
class FreshLoadersPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (field.parentType !== 'Mutation') return resolve
    return async (parent, args, context, info) => {
      try {
        return await resolve(parent, args, context, info)
      } finally {
        // The builder's own context type. A plugin is generic over it.
        forgetReads(context as Context)
      }
    }
  }
}

SchemaBuilder.registerPlugin(freshLoadersPluginName, FreshLoadersPlugin)
