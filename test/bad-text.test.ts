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
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../src/graphql/schema.ts'
import { encodeId, newId } from '../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import { tableContents } from './support/table-contents.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  await acme.alice.run('{ viewer { user { id } } }')
})
afterAll(() => app[Symbol.asyncDispose]())

const BAD_TEXTS = [
  ['a NUL', 'a\0b'],
  ['half a character', 'a\ud83d'],
  ['the other half', '\ude00b'],
] as const

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
  if (/user|member|recipient|mention|author/i.test(name)) return 'User'
  if (/message|parent/i.test(name)) return 'Message'
  if (/broadcast/i.test(name)) return 'Broadcast'
  return /company/i.test(name) ? 'Company' : 'Conversation'
}

interface TextPlace {
  path: string[]
  /** The arguments with `text` in this place, and whatever else is required. */
  with(text: string): unknown
}

/** Every place below a type that takes text or an id. */
function textPlaces(type: GraphQLInputType, name: string): TextPlace[] {
  if (isNonNullType(type)) return textPlaces(type.ofType, name)
  if (isListType(type)) {
    return textPlaces(type.ofType, name).map((inner) => ({
      path: ['0', ...inner.path],
      with: (text) => [inner.with(text)],
    }))
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) => fieldPlaces(type, field))
  }
  return type.name === 'String' || type.name === 'ID' ? [{ path: [], with: (text) => text }] : []
}

function fieldPlaces(type: GraphQLInputType, field: GraphQLInputField): TextPlace[] {
  return textPlaces(field.type, field.name).map((inner) => ({
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
function calls(root: keyof typeof rootTypes) {
  const fields = Object.values(rootTypes[root]?.getFields() ?? {})
  return fields.flatMap((field) =>
    field.args.flatMap((argument) =>
      textPlaces(argument.type, argument.name).map((place) => ({
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

function document(root: string, field: string, args: readonly GraphQLArgument[], selection: string): string {
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ')
  return `${root} (${declared}) { result: ${field}(${passed}) ${selection} }`
}

describe('every text of every mutation', () => {
  const texts = calls('Mutation')

  it('is found', () => {
    expect(texts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'sendMessage(input.body)',
        'sendMessage(input.idempotencyKey)',
        'sendMessage(input.mentionIds.0)',
        'acknowledgeDelivery(input.marks.0.conversationId)',
        'syncMembers(input.members.0.department)',
        'createGroup(input.description)',
      ]),
    )
  })

  it.each(texts)('$name refuses NUL and half characters, and nothing is written', async (call) => {
    for (const [, text] of BAD_TEXTS) {
      const before = await tableContents(app.database.adminUrl)
      const problems =
        call.field === 'syncMembers' ? '... on SyncMembersPayload { problems { index detail } }' : ''
      const query = document(
        'mutation',
        call.field,
        call.arguments,
        `{ __typename ${problems} ... on InvalidInputError { issues { path detail } } }`,
      )
      const { data, errors } = await acme.alice.send(query, call.variables(text))
      expect(errors).toBeUndefined()
      if (call.field === 'syncMembers') {
        // Rows with problems are reported, and the rest applied: here there is one row.
        expect(data?.result).toMatchObject({ problems: [{ index: 0, detail: expect.stringMatching(/\w+/) }] })
      } else {
        expect(data?.result.__typename).toBe('InvalidInputError')
        const paths = data?.result.issues.map(({ path }: { path: string[] }) => ['input', ...path].join('.'))
        expect(paths).toContain(call.path.join('.'))
      }
      expect(await tableContents(app.database.adminUrl)).toEqual(before)
    }
  })
})

describe('every text of every query and subscription', () => {
  it.each(calls('Query'))('$name answers NUL and half characters in plain words', async (call) => {
    for (const [, text] of BAD_TEXTS) {
      const { errors } = await acme.alice.send(
        document('query', call.field, call.arguments, '{ __typename }'),
        call.variables(text),
      )
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT'])
    }
  })

  it.each(calls('Subscription'))('$name refuses NUL and half characters', async (call) => {
    for (const [, text] of BAD_TEXTS) {
      const query = document('subscription', call.field, call.arguments, '{ __typename }')
      await using refusal = acme.alice.subscribe(query, call.variables(text))
      const code = await refusal.until(({ answers, error }) => {
        const [first] = (answers[0]?.errors ?? error ?? []) as { extensions?: { code?: string } }[]
        return first?.extensions?.code
      })
      expect(['BAD_USER_INPUT', 'CURSOR_EXPIRED', 'NOT_FOUND']).toContain(code)
    }
  })
})

describe('every number', () => {
  it.each([[2 ** 31], [-(2 ** 31) - 1], [1e300], [1.5], ['7']])(
    'such as %s is BAD_USER_INPUT where it is no Int',
    async (number) => {
      const conversationId = await acme.alice.group('Numbers')
      const inputs = {
        markRead: { conversationId, upToSeq: number },
        markUnread: { conversationId, fromSeq: number },
        acknowledgeDelivery: { marks: [{ conversationId, upToSeq: number }] },
        updateCompanySettings: { maxThreadDepth: number },
      }
      for (const [field, input] of Object.entries(inputs)) {
        const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`
        const { errors } = await acme.alice.send(
          `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`,
          { input },
        )
        expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
      }
    },
  )
})
