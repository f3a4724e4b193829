import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'

/** Something a schema is made of, by its coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `@directive`. */
interface Element {
  at: string
  name: string
  description: string | null | undefined
  deprecationReason?: string | null | undefined
  kind: 'type' | 'field' | 'argument' | 'input field' | 'enum value' | 'directive'
  type?: GraphQLInputType | GraphQLOutputType
}

/** Ids that others have given out, and Colloquy passes on as they are. */
const FOREIGN_IDS = ['externalId', 'contextId', 'contextIds', 'clientMessageId', 'requestId']

/** Names every element that says nothing about itself. */
export function undescribed(schema: GraphQLSchema): string[] {
  return elementsOf(schema)
    .filter(({ description }) => !description?.trim())
    .map(({ at }) => at)
}

/** Names every element that is on its way out: an API that nobody uses yet has none. */
export function deprecated(schema: GraphQLSchema): string[] {
  return elementsOf(schema)
    .filter(({ deprecationReason }) => deprecationReason != null)
    .map(({ at }) => at)
}

/** Names every element whose name is not written as its kind is. */
export function misspelt(schema: GraphQLSchema): string[] {
  const camel = /^[a-z][A-Za-z0-9]*$/
  const patterns: Record<Element['kind'], RegExp> = {
    type: /^[A-Z][A-Za-z0-9]*$/,
    field: camel,
    argument: camel,
    'input field': camel,
    'enum value': /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/,
    directive: camel,
  }
  return elementsOf(schema)
    .filter(({ kind, name }) => !patterns[kind].test(name))
    .map(({ at }) => at)
}

/** Names every id that is not an ID, and every ID that does not say it is one. */
export function misTypedIds(schema: GraphQLSchema): string[] {
  return elementsOf(schema).flatMap(({ at, name, type }) => {
    if (!type) return []
    const isNamedId = /^ids?$|Ids?$/.test(name) && !FOREIGN_IDS.includes(name)
    const isId = getNamedType(type).name === 'ID'
    return isNamedId === isId ? [] : [`${at}: ${type}`]
  })
}

/** Says what is unusual about a mutation: its input, its result, the errors in it, its rate limit. */
export function unusualMutations(schema: GraphQLSchema): string[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
    const name = field.name.charAt(0).toUpperCase() + field.name.slice(1)
    const args = field.args.map((arg) => `${arg.name}: ${arg.type}`).join(', ')
    const problems = []
    if (args !== `input: ${name}Input!`) problems.push(`takes (${args})`)
    if (String(field.type) !== `${name}Result!`) problems.push(`returns ${field.type}`)
    if (!limitsOf(field)) problems.push('has no @rateLimit')
    return [...problems, ...unusualResult(getNamedType(field.type), name)].map(
      (problem) => `${field.name} ${problem}`,
    )
  })
}

function unusualResult(result: GraphQLNamedType, name: string): string[] {
  if (!isUnionType(result)) return ['does not return a union']
  const members = result.getTypes()
  const payload = members.find((member) => member.name === `${name}Payload`)
  const problems = members
    .filter(
      (member) => member !== payload && !member.getInterfaces().some(({ name }) => name === 'UserError'),
    )
    .map((member) => `can return ${member.name}, which is no UserError`)
  if (!payload) problems.push(`cannot return ${name}Payload`)
  if (!members.some((member) => member.name === 'PermissionDeniedError'))
    problems.push('cannot return PermissionDeniedError')
  return problems
}

function limitsOf(field: GraphQLField<unknown, unknown>): boolean {
  return field.astNode?.directives?.some(({ name }) => name.value === 'rateLimit') ?? false
}

/** Names every list field outside connections. */
export function lists(schema: GraphQLSchema): string[] {
  return typesOf(schema).flatMap((type) => {
    if (!isObjectType(type) || /(Connection|Edge)$/.test(type.name)) return []
    return Object.values(type.getFields())
      .filter((field) => isListType(getNullableType(field.type)))
      .map((field) => `${type.name}.${field.name}`)
  })
}

/** Names every connection that is not called after what it lists. */
export function misnamedConnections(schema: GraphQLSchema): string[] {
  return typesOf(schema).flatMap((type) => {
    if (!isObjectType(type) || !type.name.endsWith('Connection')) return []
    const { nodes, edges, pageInfo } = type.getFields()
    const shape = [nodes, edges, pageInfo].map((field) => String(field?.type))
    const of = type.name.slice(0, -'Connection'.length)
    const usual = [`[${of}!]!`, `[${of}Edge!]!`, 'PageInfo!']
    return shape.every((part, index) => part === usual[index]) ? [] : [type.name]
  })
}

/** Names every root field that does not say who may use it. */
export function openRootFields(schema: GraphQLSchema): string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((root) =>
    Object.values(root?.getFields() ?? {})
      .filter((field) => {
        const { pothosOptions } = field.extensions as { pothosOptions?: { authScopes?: object } }
        if (typeof pothosOptions?.authScopes === 'function') return false
        return Object.keys(pothosOptions?.authScopes ?? {}).length === 0
      })
      .map((field) => `${root?.name}.${field.name}`),
  )
}

/** Names every subscription that does not say when it emits. */
export function unclearSubscriptions(schema: GraphQLSchema): string[] {
  return Object.values(schema.getSubscriptionType()?.getFields() ?? {})
    .filter((field) => !field.description?.startsWith('Emitted when '))
    .map((field) => field.name)
}

function typesOf(schema: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  )
}

/** Lists everything that Colloquy itself defines; what is built into GraphQL is not ours to describe. */
function elementsOf(schema: GraphQLSchema): Element[] {
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive))
  return [
    ...typesOf(schema).flatMap(elementsOfType),
    ...directives.flatMap((directive): Element[] => [
      { ...directive, at: `@${directive.name}`, kind: 'directive' },
      ...directive.args.map(
        (arg): Element => ({ ...arg, at: `@${directive.name}(${arg.name}:)`, kind: 'argument' }),
      ),
    ]),
  ]
}

function elementsOfType(type: GraphQLNamedType): Element[] {
  const own: Element = { at: type.name, name: type.name, description: type.description, kind: 'type' }
  const at = (name: string) => `${type.name}.${name}`
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = Object.values(type.getFields()).flatMap((field): Element[] => [
      { ...field, at: at(field.name), kind: 'field' },
      ...field.args.map(
        (arg): Element => ({ ...arg, at: `${at(field.name)}(${arg.name}:)`, kind: 'argument' }),
      ),
    ])
    return [own, ...fields]
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    return [own, ...fields.map((field): Element => ({ ...field, at: at(field.name), kind: 'input field' }))]
  }
  if (isEnumType(type)) {
    return [
      own,
      ...type.getValues().map((value): Element => ({ ...value, at: at(value.name), kind: 'enum value' })),
    ]
  }
  return [own]
}
