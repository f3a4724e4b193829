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

/** True if the value depends on the viewer; 'cursor' if it is the event's cursor, which is signed for its viewer. */
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
       * Two viewers who may see the same event can get different values, or the value is read through the viewer's eyes.
       * All other fields of an event are executed once for everybody.
       */
      perViewer?: PerViewer
    }
  }
}

/** Keeps in the schema which fields depend on the viewer; those that only some may ask for do. */
class PerViewerPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { perViewer, authScopes } = config.pothosOptions as { perViewer?: PerViewer; authScopes?: unknown }
    const declared = perViewer ?? authScopes !== undefined
    return declared ? { ...config, extensions: { ...config.extensions, perViewer: declared } } : config
  }
}

/** What the schema says of the field. */
export function perViewerOf({ extensions }: GraphQLField<unknown, unknown>): PerViewer {
  return (extensions.perViewer as PerViewer | undefined) ?? false
}

SchemaBuilder.registerPlugin(perViewerPluginName, PerViewerPlugin)
