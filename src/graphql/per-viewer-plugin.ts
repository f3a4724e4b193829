import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core'
import type { GraphQLField } from 'graphql'

/** The plugin's name in the builder. */
export const perViewerPluginName = 'perViewer' as const

/**
 * True if the value depends on the viewer, 'cursor' if it is the cursor of the event, which is signed for its viewer.
 */
export type PerViewer = boolean | 'cursor'

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      perViewer: PerViewerPlugin<Types>
    }
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /**
       * True if two viewers who see the same event may get different values, or if the value is read with the viewer's
       * rights. All other fields of an event are executed once for everybody.
       */
      perViewer?: PerViewer
    }
  }
}

/** Records in the schema which fields depend on the viewer. Fields that require a permission do. */
class PerViewerPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { perViewer, authScopes } = config.pothosOptions as { perViewer?: PerViewer; authScopes?: unknown }
    const declared = perViewer ?? authScopes !== undefined
    return declared ? { ...config, extensions: { ...config.extensions, perViewer: declared } } : config
  }
}

/** Returns the field's setting from the schema. */
export function perViewerOf({ extensions }: GraphQLField<unknown, unknown>): PerViewer {
  return (extensions.perViewer as PerViewer | undefined) ?? false
}

SchemaBuilder.registerPlugin(perViewerPluginName, PerViewerPlugin)
