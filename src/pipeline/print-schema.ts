import {
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql'

/**
 * Prints a schema with the directives of its fields, which graphql leaves out. Everything is sorted, so that the order
 * of the code does not matter.
 */
export function printWithDirectives(schema: GraphQLSchema): string {
  const sorted = lexicographicSortSchema(schema)
  const definitions = parse(printSchema(sorted)).definitions.map((definition) =>
    visit(definition, {
      FieldDefinition: (node) => {
        const type =
          'name' in definition && definition.name ? sorted.getType(definition.name.value) : undefined
        const hasFields = isObjectType(type) || isInterfaceType(type)
        const directives = hasFields ? type.getFields()[node.name.value]?.astNode?.directives : undefined
        return directives && { ...node, directives }
      },
    }),
  )
  return `${definitions.map((definition) => print(definition)).join('\n\n')}\n`
}
