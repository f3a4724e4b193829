import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  buildSchema,
  type ExecutionResult,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  execute as graphqlJs,
  parse,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { compileOperation } from '../../src/execution/compile-operation.ts'
import { execute } from '../../src/execution/execute.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

const later = <Value>(value: Value) => new Promise<Value>((resolve) => setImmediate(resolve, value))
const failLater = (text: string) => later(text).then((message) => Promise.reject(new Error(message)))

/** A schema with all kinds of types, whose fields answer and fail at once and later. */
function schemaOfAll(): GraphQLSchema {
  const schema = buildSchema(`
    interface Named { name: String! }
    type Person implements Named { name: String! age: Int friends: [Person!] best: Person thing: Thing }
    type Robot implements Named { name: String! model: Kind! }
    enum Kind { OLD NEW }
    union Thing = Person | Robot
    type Query {
      person(name: String!, age: Int = 7): Person
      robot: Robot
      all: [Named!]
      holes: [Person]
      strict: [Person!]!
      broken: [Person!]!
      fails: String
      failsLater: String
      mustNot: Person!
      fraction: Int
      text: [String]
      echo(list: [Int!]): [Int!]
    }
    type Mutation { add(n: Int!): Int! }`)
  const person = (name: string, age?: unknown) => ({ __typename: 'Person', name, age })
  const robot = { __typename: 'Robot', name: 'R2', model: 'OLD' }
  const resolvers: Record<string, Record<string, (source: never, args: never, context: never) => unknown>> = {
    Query: {
      person: (_: unknown, { name, age }: { name: string; age: number }) => later(person(name, age)),
      robot: () => ({ ...robot, model: 'BROKEN' }),
      all: () => [person('Ada', 36), later(robot), person('Bob')],
      holes: () => [person('Ada'), null, later(null), new Error('broken'), failLater('lost')],
      strict: () => [person('Ada'), failLater('first')],
      broken: () => [person('Ada'), failLater('later than the list'), null],
      fails: () => {
        throw new Error('at once')
      },
      failsLater: () => failLater('later'),
      mustNot: () => null,
      fraction: () => 1.5,
      text: () => 'no list',
      echo: (_: unknown, { list }: { list: number[] }) => list,
    },
    Person: {
      friends: ({ name }: { name: string }) => [
        person(`${name}'s friend`),
        { __typename: 'Person', name: null },
      ],
      best: ({ name }: { name: string }) => later(person(`${name}'s best`)),
      thing: () => later(robot),
    },
    Mutation: {
      add: async (_: unknown, { n }: { n: number }, context: { sum: number }) => {
        const before = await later(context.sum)
        if (n < 0) throw new Error('below zero')
        context.sum = before + n
        return context.sum
      },
    },
  }
  for (const [type, fields] of Object.entries(resolvers)) {
    const known = schema.getType(type)
    if (!known || !('getFields' in known)) throw new Error(`There is no ${type}.`)
    for (const [name, resolve] of Object.entries(fields))
      Object.assign(known.getFields()[name] ?? {}, { resolve })
  }
  return schema
}

const schema = schemaOfAll()

async function bothWays(text: string, variableValues: Record<string, unknown> = {}) {
  const document = parse(text)
  expect(validate(schema, document)).toEqual([])
  const args = { schema, document, variableValues }
  const usual = await graphqlJs({ ...args, contextValue: { sum: 0 } })
  return { ours: await execute({ ...args, contextValue: { sum: 0 } }, variableValues), usual }
}

/** As a client reads it, errors in the order of their places: those of one moment have none of their own. */
function read({ data, errors = [] }: ExecutionResult) {
  const text = errors.map((error) => JSON.stringify(error)).sort()
  return { data: JSON.stringify(data), errors: text }
}

describe('an operation', () => {
  it.each<[string, string, Record<string, unknown>?]>([
    [
      'fields, arguments and defaults',
      '{ person(name: "Ada") { name age } other: person(name: "Bob", age: 3) { age } }',
    ],
    [
      'variables',
      'query ($n: String!, $list: [Int!]) { person(name: $n) { name } echo(list: $list) }',
      { n: 'Eve', list: [1, 2] },
    ],
    [
      'a field asked for in several places',
      '{ person(name: "Ada") { best { name } } ...P } fragment P on Query { person(name: "Ada") { best { age best { name } } } }',
    ],
    [
      'types of an interface',
      '{ all { __typename name ... on Person { age friends { name } } ... on Robot { model } } }',
    ],
    [
      'types of a union',
      '{ person(name: "Ada") { thing { __typename ... on Named { name } ... on Person { age } } } }',
    ],
    ['an error at once and one later, beside an answer', '{ fails failsLater person(name: "Ada") { name } }'],
    ['null and errors as items of a list', '{ holes { name } }'],
    ['an error of an item that must not be null', '{ person(name: "Ada") { name } strict { name } }'],
    ['an error deep within that nulls the list above', '{ person(name: "Ada") { name friends { name } } }'],
    ['null for the whole answer', '{ mustNot { name } fails }'],
    ['a value that is none of its type', '{ fraction robot { name model } }'],
    ['a text instead of a list', '{ text }'],
    ['mutations in their order', 'mutation { a: add(n: 1) b: add(n: 2) c: add(n: 3) }'],
    [
      'fields that a directive leaves out',
      'query ($yes: Boolean!) { person(name: "Ada") { name @include(if: $yes) age @skip(if: $yes) } ...P @skip(if: true) } fragment P on Query { robot { name } }',
      { yes: true },
    ],
    ['the schema', '{ __schema { queryType { name fields { name args { name defaultValue } } } } }'],
    ['a type of the schema', '{ __typename __type(name: "Person") { name interfaces { name } } }'],
    [
      'a name that objects have themselves',
      '{ __proto__: fraction constructor: text robot { __proto__: name } }',
    ],
    ['an error among mutations', 'mutation { a: add(n: 1) b: add(n: -2) c: add(n: 3) }'],
  ])('is answered as by graphql-js: %s', async (_name, text, variables) => {
    const { ours, usual } = await bothWays(text, variables)
    expect(read(ours)).toEqual(read(usual))
  })

  it('with directives has other fields with other variables', async () => {
    const text =
      'query ($yes: Boolean!) { person(name: "Ada") { best { name @include(if: $yes) age @skip(if: $yes) } } }'
    const document = parse(text)
    for (const yes of [true, false, true]) {
      const { data } = await execute({ schema, document }, { yes })
      expect(Object.keys((data as { person: { best: object } }).person.best)).toEqual([yes ? 'name' : 'age'])
    }
  })

  it('has variables of its own, by which a field can tell executions apart', async () => {
    const seen: unknown[] = []
    const watched = schemaOfAll()
    Object.assign(watched.getQueryType()?.getFields().text ?? {}, {
      resolve: (_source: unknown, _args: unknown, _context: unknown, info: { variableValues: object }) => {
        seen.push(info.variableValues)
        return ['text']
      },
    })
    const document = parse('{ a: text b: text }')
    for (const _ of [1, 2]) await execute({ schema: watched, document }, {})
    expect(seen[0]).toBe(seen[1])
    expect(new Set(seen).size).toBe(2)
  })

  it('tells one error where an item fails that must not, and drops what others fail of later', async () => {
    const { data, errors } = await execute({ schema, document: parse('{ broken { name } }') }, {})
    expect(data).toBeNull()
    expect(errors?.map(({ message, path }) => [message, path])).toEqual([
      ['Cannot return null for non-nullable field Query.broken.', ['broken', 2]],
    ])
    await later(undefined)
  })

  it('keeps nothing of the variables of its first execution, whose texts others must not hold in memory', async () => {
    const document = parse('query ($n: String!) { person(name: $n) { best { name } } }')
    const run = async () => {
      const variables = { n: 'a text' }
      const operation = getOperationAST(document)
      if (!operation) throw new Error('There is no operation.')
      const compiled = compileOperation(schema, document, operation, variables)
      for (const field of compiled.fields) field.below(schema.getType('Person') as GraphQLObjectType)
      return new WeakRef(variables)
    }
    const held = await run()
    setFlagsFromString('--expose-gc')
    await later(undefined)
    runInNewContext('gc')()
    expect(held.deref()).toBeUndefined()
  })

  it('is compiled once for a schema, and anew for another', () => {
    const document = parse('{ fails }')
    const operation = getOperationAST(document)
    if (!operation) throw new Error('There is no operation.')
    const other = schemaOfAll()
    const compiled = compileOperation(schema, document, operation, {})
    expect(compileOperation(schema, document, operation, {})).toBe(compiled)
    expect(compiled.schema).toBe(schema)
    expect(compileOperation(other, document, operation, {}).schema).toBe(other)
  })
})
