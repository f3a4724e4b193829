import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { schema } from '../../src/pipeline/schema.ts'
import { type Chance, literal, randomValue, type Vocabulary } from './random-values.ts'

/** An operation, the root fields that it asks for, and all fields that stand in it, such as `Query.viewer`. */
export interface RandomOperation {
  kind: 'query' | 'mutation' | 'subscription'
  query: string
  variables: Record<string, unknown>
  operationName?: string
  fields: ReadonlySet<string>
}

/** Random operations over the whole schema, mostly valid ones. Their root fields take turns. */
export function createOperations(chance: Chance): (words: Vocabulary) => RandomOperation {
  const roots = (['query', 'mutation', 'subscription'] as const).flatMap((kind) => {
    const type = schema.getRootType(kind as never)
    return Object.values(type?.getFields() ?? {}).map((field) => ({
      kind,
      type: type as GraphQLObjectType,
      field,
    }))
  })
  let turn = 0
  const uses = new Map<string, number>()
  return (words) => {
    const root = roots[turn++ % roots.length] as (typeof roots)[number]
    return new Writer(chance, words, uses).operation(root.kind, root.type, root.field)
  }
}

/** Writes one document. */
class Writer {
  readonly #chance: Chance
  readonly #words: Vocabulary
  /** How often each field and each member of a union was chosen before. */
  readonly #uses: Map<string, number>
  readonly #fields = new Set<string>()
  readonly #fragments: string[] = []
  readonly #declared: string[] = []
  readonly #variables: Record<string, unknown> = {}
  #names = 0
  /** How many more fields are chosen freely. */
  #left: number

  constructor(chance: Chance, words: Vocabulary, uses: Map<string, number>) {
    this.#chance = chance
    this.#words = words
    this.#uses = uses
    this.#left = chance.at(0.005) ? 400 : 2 + chance.below(12)
  }

  operation(kind: RandomOperation['kind'], type: GraphQLObjectType, field: Field): RandomOperation {
    const chance = this.#chance
    const roots = [this.#field(type, field, 1)]
    const all = Object.values(type.getFields())
    // Several mutations count as several calls; the same field twice needs another name, which fields with arguments get.
    if (kind !== 'subscription' && chance.at(0.15)) roots.push(this.#field(type, chance.pick(all), 1, true))
    if (chance.at(0.02)) roots.push(chance.pick(['__typename', '__schema { types { name } }', 'noSuchField']))
    const name = chance.at(0.3) ? `Some${chance.below(9)}` : ''
    const declared = this.#declared.length > 0 ? ` (${this.#declared.join(', ')})` : ''
    const selection = `{ ${roots.join(' ')} }`
    const operation = `${kind} ${name}${declared}${chance.at(0.01) ? ' @noSuchDirective' : ''} ${selection}`
    return {
      kind,
      query: this.#damaged([operation, ...this.#fragments].join('\n')),
      variables: this.#variables,
      ...(chance.at(0.02) && { operationName: chance.pick([name, 'NoSuchOperation', '']) }),
      fields: this.#fields,
    }
  }

  #field(type: GraphQLCompositeType, field: Field, depth: number, renamed = false): string {
    const chance = this.#chance
    const given = field.args.filter((arg) => (isRequiredArgument(arg) ? chance.at(0.995) : chance.at(0.3)))
    const passed = given.map(
      (arg) => `${arg.name}: ${this.#value(arg.type, /^ids?$/.test(arg.name) ? field.name : arg.name)}`,
    )
    if (chance.at(0.003)) passed.push('noSuchArgument: 1')
    const target = getNamedType(field.type)
    // The same name with other arguments, or of other types in parts of a union, would be a conflict.
    const alias = renamed || (depth > 1 && (given.length > 0 || chance.at(0.1))) ? `${this.#name('a')}: ` : ''
    const directive = chance.at(0.04) ? ` ${this.#directive()}` : ''
    const inner = isCompositeType(target) ? ` ${this.#selection(target, depth + 1)}` : ''
    this.#fields.add(`${type.name}.${field.name}`)
    this.#use(`${type.name}.${field.name}`)
    return `${alias}${field.name}${passed.length > 0 ? `(${passed.join(', ')})` : ''}${directive}${inner}`
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const chance = this.#chance
    const parts = ['__typename']
    const fields = isObjectType(type) ? Object.values(type.getFields()) : []
    if (fields.some(({ name }) => name === 'id') && chance.at(0.6)) parts.push('id')
    for (const field of this.#ordered(fields, (name) => `${type.name}.${name}`)) {
      if (this.#left <= 0 || depth > 13) break
      if (depth > 2 && isCompositeType(getNamedType(field.type)) && chance.at(0.35)) continue
      this.#left -= 1
      parts.push(this.#field(type, field, depth))
      if (chance.at(0.12)) break
    }
    if (isAbstractType(type)) {
      for (const member of this.#ordered(
        schema.getPossibleTypes(type),
        (name) => `${type.name} ${name}`,
      ).slice(0, 3)) {
        this.#use(`${type.name} ${member.name}`)
        parts.push(this.#fragment(member, depth))
      }
      for (const error of ['UserError', 'InvalidInputError'])
        if (type.name.endsWith('Result') && chance.at(0.3))
          parts.push(this.#fragment(schema.getType(error), depth))
    } else if (chance.at(0.05)) parts.push(this.#fragment(type, depth))
    if (chance.at(0.002)) parts.push('noSuchField')
    return `{ ${parts.join(' ')} }`
  }

  #fragment(type: GraphQLNamedType | undefined, depth: number): string {
    if (!isCompositeType(type)) return ''
    if (type.name === 'UserError') return '... on UserError { detail }'
    const selection = this.#selection(type, depth)
    const directive = this.#chance.at(0.04) ? ` ${this.#directive()}` : ''
    if (this.#chance.at(0.7)) return `... on ${type.name}${directive} ${selection}`
    const name = this.#name('F')
    this.#fragments.push(`fragment ${name} on ${type.name} ${selection}`)
    return `...${name}${directive}`
  }

  #directive(): string {
    const condition = this.#chance.at(0.5) ? 'true' : this.#variable('Boolean!', this.#chance.at(0.6))
    return `@${this.#chance.pick(['include', 'include', 'skip'])}(if: ${condition})`
  }

  #value(type: Argument['type'], name: string): string {
    const value = randomValue(type, name, this.#chance, this.#words)
    return this.#chance.at(0.6) ? this.#variable(String(type), value) : literal(value)
  }

  #variable(type: string, value: unknown): string {
    const name = this.#name('v')
    const declared = this.#chance.at(0.995) ? type : 'Int'
    this.#declared.push(`$${name}: ${declared}`)
    if (this.#chance.at(0.99)) this.#variables[name] = value
    return `$${name}`
  }

  #use(key: string): void {
    this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1)
  }

  /** In any order, or those first that were chosen least, so that all of them are. */
  #ordered<T extends { name: string }>(items: readonly T[], keyOf: (name: string) => string): T[] {
    const mixed = shuffled(items, this.#chance)
    if (this.#chance.at(0.5)) return mixed
    const usesOf = ({ name }: T) => this.#uses.get(keyOf(name)) ?? 0
    return mixed.sort((one, other) => usesOf(one) - usesOf(other))
  }

  #name(prefix: string): string {
    this.#names += 1
    return `${prefix}${this.#names}`
  }

  /** Mostly the document as it is. */
  #damaged(query: string): string {
    const chance = this.#chance
    if (chance.at(0.95)) return query
    const at = chance.below(query.length)
    switch (chance.below(5)) {
      case 0:
        return query.slice(0, at)
      case 1:
        return `${query.slice(0, at)}${query.slice(at + 1)}`
      case 2:
        return `${query.slice(0, at)}${chance.pick(['{', '}', '"', '$', '...', '\0', '\ud83d', '#', '"""'])}${query.slice(at)}`
      case 3:
        return `${query}\nfragment Cycle on Query { ...Cycle }`
      default:
        return query.replace('{', `{ ${'a: __typename b: '.repeat(chance.below(40))} c: __typename `)
    }
  }
}

type Field = GraphQLField<unknown, unknown>
type Argument = Field['args'][number]

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  const rest = [...items]
  for (let last = rest.length - 1; last > 0; last -= 1) {
    const other = chance.below(last + 1)
    ;[rest[last], rest[other]] = [rest[other] as T, rest[last] as T]
  }
  return rest
}
