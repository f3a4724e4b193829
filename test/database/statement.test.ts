import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { column, columns, rowsOf } from '../../src/database/columns.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { policyMark, statement } from '../../src/database/statement.ts'
import { cloneDatabase } from '../support/database.ts'

const PARAMETERS = ['a', 'companyId', 'ids', 'E'] as const

/** A piece of SQL, and what becomes of it. */
type Piece = [written: string, compiled: string]

const kept = (text: string): Piece => [text, text]
const anything = fc.string({
  unit: fc.constantFrom(
    ':a',
    '::',
    "'",
    '"',
    '$',
    '$1',
    '$$',
    '/*',
    '*/',
    '--',
    '\\',
    '[',
    ']',
    ' ',
    'é',
    '\n',
  ),
})
const quotedBy = (quote: string) =>
  anything.map((text) => kept(quote + text.replaceAll(quote, quote + quote) + quote))
const nested = fc.letrec<{ comment: string }>((tie) => ({
  comment: fc
    .array(
      fc.oneof(
        { depthSize: 'small' },
        anything.map((text) => text.replace(/[/*]/g, '')),
        tie('comment'),
      ),
    )
    .map((parts) => `/*${parts.join(' ')}*/`),
})).comment
const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.constantFrom(...PARAMETERS).map((name): Piece => [`:${name}`, `$${PARAMETERS.indexOf(name) + 1}`]),
  fc
    .constantFrom(...PARAMETERS)
    .map((name): Piece => [`(:${name}::text[])[1]`, `($${PARAMETERS.indexOf(name) + 1}::text[])[1]`]),
  fc
    .constantFrom(
      'x::a',
      'x :: a',
      'list[lo:hi]',
      'list[1:2]',
      'list[f(x):a]',
      'list[x[1]:a]',
      'list[:]',
      'date',
      'x$a$',
      'a := 1',
      'é',
    )
    .map(kept),
  quotedBy("'"),
  quotedBy('"'),
  anything.map((text) => kept(`E'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`)),
  anything.map((text) => kept(`$tag$${text.replaceAll('$tag$', '')}$tag$`)),
  anything.map((text) => kept(`$$${text.replaceAll('$', '')}$$`)),
  anything.map((text) => kept(`--${text.replaceAll('\n', '')}\n`)),
  nested.map(kept),
)

const every = PARAMETERS.map((name) => `:${name}`).join(' ')
const all = '$1 $2 $3 $4'

describe('the named parameters of a statement', () => {
  it('become numbers outside of strings, comments, casts and slices, and there alone', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const [text, expected] = [0, 1].map((side) => pieces.map((each) => each[side]).join(' '))
        const compiled = statement({ name: 'any', parameters: PARAMETERS, text: `${every} ${text}` })
        expect(compiled.text).toBe(`${all} ${expected}`)
      }),
      { numRuns: 1_000 },
    )
  })

  it('are numbered as they are listed, however often and in whatever order they are used', () => {
    const { text, parameters } = statement({
      name: 'any',
      parameters: ['first', 'second'],
      text: 'select :second, :first, :second::int',
    })
    expect([text, parameters]).toEqual(['select $2, $1, $2::int', ['first', 'second']])
  })

  it('are refused where text and list differ, or where a number stands beside names', () => {
    const make = (text: string) => () => statement({ name: 'any', parameters: ['id'], text })
    expect(make('select :id, :di')).toThrow('The statement any does not list its parameter di.')
    expect(make('select 1')).toThrow('The statement any does not use its parameters id.')
    expect(make(`select ':id' -- :id`)).toThrow('does not use')
    expect(make('select :id, $1')).toThrow('The statement any numbers a parameter: $1.')
  })

  it('get their values by name, which the types check', async () => {
    await using opened = await open()
    const echo = statement({
      name: 'echo',
      parameters: ['text', 'numbers'],
      row: rowsOf<{ text: string; slice: number[]; last: number }>(),
      text: `select :text::text || ':text' as text, (:numbers::int[])[1:2] as slice, /* :no /* :no */ */
        (:numbers::int[])[cardinality(:numbers::int[])] as last -- :no`,
    })
    const rows = await opened.database.unbound(echo, { numbers: [1, 2, 3], text: 'a' })
    expect(rows[0]?.text).toBe('a:text')
    expect(rows).toEqual([{ text: 'a:text', slice: [1, 2], last: 3 }])
    const wrong = () => {
      // @ts-expect-error one is missing
      void opened.database.unbound(echo, { text: 'a' })
      // @ts-expect-error one is misspelt
      void opened.database.unbound(echo, { text: 'a', number: [] })
      // @ts-expect-error one is too many
      void opened.database.unbound(echo, { text: 'a', numbers: [], more: 1 })
      // @ts-expect-error the row has no such column
      void rows[0]?.first
    }
    expect(wrong).toBeTypeOf('function')
  })
})

describe('a list of columns', () => {
  const list = columns({
    id: column.uuid,
    authorId: column.uuid.orNull,
    isLatest: column.boolean.from((alias) => `${alias}.revision = 0`),
    total: column.integer.from('sum(x)'),
  })

  it('is a select list for any alias, and the names of its rows', () => {
    expect(list.of('m')).toBe(
      'm.id, m.author_id as "authorId", m.revision = 0 as "isLatest", sum(x) as total',
    )
    expect(list.names).toEqual(['id', 'authorId', 'isLatest', 'total'])
  })

  it('types the rows of a statement', async () => {
    await using opened = await open()
    const any = statement({
      name: 'any',
      row: list,
      text: `select '1' as id, null as "authorId", true as "isLatest", 2 as total`,
    })
    const [row] = await opened.database.unbound(any, {})
    const author: string | null | undefined = row?.authorId
    // @ts-expect-error it is a number
    const total: string | undefined = row?.total
    expect([author, total]).toEqual([null, 2])
  })

  it('has the rule of a policy in a text of its own, and without a policy no trace of it', () => {
    const text = (rule: string) => `select c.id from conversations c where c.company_id = $1${rule} limit $2`
    const { policed, ...plain } = statement({
      name: 'policed_for_a_test',
      parameters: ['companyId', 'max'],
      text: `select c.id from conversations c where c.company_id = :companyId${policyMark} limit :max`,
    })
    expect(plain.text).toBe(text(''))
    expect(policed?.name).toBe('policed_for_a_test_policed')
    expect(policed?.parameters).toEqual(['companyId', 'max', 'policyAllows'])
    expect(policed?.text).toBe(
      text(
        ` and (c.context_type is null and c.sensitivity = 'NORMAL' or c.id in (select unnest($3::uuid[])))`,
      ),
    )
  })
})

async function open(): Promise<AsyncDisposable & { database: Database }> {
  const { appUrl, systemUrl, drop } = await cloneDatabase()
  const database = openDatabase({ appUrl, systemUrl, poolSize: 1, log: pino({ level: 'silent' }) })
  return {
    database,
    async [Symbol.asyncDispose]() {
      await database.close()
      await drop()
    },
  }
}
