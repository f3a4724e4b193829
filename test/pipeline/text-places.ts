import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'
import { encodeId, newId } from '../../src/ids.ts'
import { schema } from '../../src/pipeline/schema.ts'

/** Something of the type that could be meant, by the name of the field. */
function fill(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return fill(type.ofType, name)
  if (isListType(type)) return [fill(type.ofType, name)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField)
    return Object.fromEntries(required.map((field) => [field.name, fill(field.type, field.name)]))
  }
  switch (type.name) {
    case 'ID':
      return encodeId(nodeTypeOf(name), newId())
    case 'Int':
    case 'Float':
      return 1
    case 'Boolean':
      return true
    case 'DateTime':
      return '2100-01-01T00:00:00.000Z'
    case 'LocalDateTime':
      return `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00`
    case 'JSON':
      return {}
    default:
      return 'Good text'
  }
}

function nodeTypeOf(name: string): string {
  if (/reply/i.test(name)) return 'InboundMessage'
  if (/guestMessage/i.test(name)) return 'GuestMessage'
  if (/guest/i.test(name)) return 'Guest'
  if (/user|member|recipient|mention|author/i.test(name)) return 'User'
  if (/message|parent/i.test(name)) return 'Message'
  if (/broadcast/i.test(name)) return 'Broadcast'
  return /company/i.test(name) ? 'Company' : 'Conversation'
}

interface TextInput {
  path: string[]
  /** The arguments with `text` in this place, and whatever else is required. */
  with(text: string): unknown
}

/** Every place below a type that takes text or an id. */
function textInputs(type: GraphQLInputType, name: string): TextInput[] {
  if (isNonNullType(type)) return textInputs(type.ofType, name)
  if (isListType(type)) {
    return textInputs(type.ofType, name).map((inner) => ({
      path: ['0', ...inner.path],
      with: (text) => [inner.with(text)],
    }))
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) => fieldInputs(type, field))
  }
  return type.name === 'String' || type.name === 'ID' ? [{ path: [], with: (text) => text }] : []
}

function fieldInputs(type: GraphQLInputType, field: GraphQLInputField): TextInput[] {
  return textInputs(field.type, field.name).map((inner) => ({
    path: [field.name, ...inner.path],
    with: (text) => ({ ...(fill(type, '') as object), [field.name]: inner.with(text) }),
  }))
}

const rootTypes = {
  Query: schema.getQueryType(),
  Mutation: schema.getMutationType(),
  Subscription: schema.getSubscriptionType(),
}

/** Calls of a root field: one for each text in its arguments, all else being as required. */
export function calls(root: keyof typeof rootTypes) {
  const fields = Object.values(rootTypes[root]?.getFields() ?? {})
  return fields.flatMap((field) =>
    field.args.flatMap((argument) =>
      textInputs(argument.type, argument.name).map((place) => ({
        field: field.name,
        path: [argument.name, ...place.path],
        name: `${field.name}(${[argument.name, ...place.path].join('.')})`,
        arguments: field.args,
        variables: (text: string) => ({
          ...Object.fromEntries(
            field.args.filter(isRequiredArgument).map((other) => [other.name, fill(other.type, other.name)]),
          ),
          [argument.name]: place.with(text),
        }),
      })),
    ),
  )
}

/** The operation that makes such a call. */
export function document(
  root: string,
  field: string,
  args: readonly GraphQLArgument[],
  selection: string,
): string {
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ')
  return `${root} (${declared}) { result: ${field}(${passed}) ${selection} }`
}
