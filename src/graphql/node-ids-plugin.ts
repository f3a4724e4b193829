import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { encodeId, nodeTypes } from '../ids.ts'

/** The plugin's name in the builder. */
export const nodeIdsPluginName = 'nodeIds' as const

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      nodeIds: NodeIdsPlugin<Types>
    }
  }
}

const NODES: ReadonlySet<string> = new Set(nodeTypes)

/** Answers the ids of nodes at once: Relay's plugin makes three promises of each, which is much in a page of a hundred ids. */
class NodeIdsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { name, parentType }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (name !== 'id' || !NODES.has(parentType)) return resolve
    return (parent) => encodeId(parentType, (parent as { id: string }).id)
  }
}

SchemaBuilder.registerPlugin(nodeIdsPluginName, NodeIdsPlugin)
