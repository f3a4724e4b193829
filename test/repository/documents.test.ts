import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, type GraphQLSchema, isInterfaceType, isObjectType, parse, validate } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { variables } from '../../src/env/variables.ts'
import { requestErrorCodes } from '../../src/errors.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFile(join(root, path), 'utf8')

/** The text of each document by its path. */
const documents = new Map<string, string>()

beforeAll(async () => {
  const names = await readdir(join(root, 'docs'))
  const inDocs = names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  for (const path of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inDocs])
    documents.set(path, await read(path))
})

/** Every match of the pattern's first group, with the document it stands in. */
function found(pattern: RegExp): { path: string; name: string }[] {
  return [...documents].flatMap(([path, text]) =>
    [...text.matchAll(pattern)].map(([, name = '']) => ({ path, name })),
  )
}

/** The same in code alone, inline or in blocks. */
function foundInCode(pattern: RegExp): { path: string; name: string }[] {
  return found(/(```[\s\S]*?```|`[^`\n]+`)/g).flatMap(({ path, name: code }) =>
    [...code.matchAll(pattern)].map(([, name = '']) => ({ path, name })),
  )
}

/** The names in backticks of the first column below a heading. */
function firstColumn(path: string, heading: string): string[] {
  const section =
    documents
      .get(path)
      ?.split(`## ${heading}\n`)[1]
      ?.split(/\n##+ /)[0] ?? ''
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('the documents', () => {
  it('include a README of at most 150 lines', () => {
    expect(documents.get('README.md')?.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('name only npm scripts, commands and workloads that exist', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
    const known = new Set([...Object.keys(scripts), 'ci', 'install', 'pack', 'run'])
    const named = [...foundInCode(/\bnpm run (?:--silent )?([\w:-]+)/g), ...foundInCode(/\bnpm ([a-z]+)/g)]
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(({ name }) => !known.has(name))).toEqual([])

    const sources = ['src/cli.ts', 'src/cli/sms-commands.ts', 'src/cli/audit-commands.ts']
    const cli = (await Promise.all(sources.map(read))).join('\n')
    const commands = [...cli.matchAll(/\.command\('([\w-]+)'/g)].map(([, name]) => name)
    expect(foundInCode(/\bcli -- ([a-z][\w-]*)/g).filter(({ name }) => !commands.includes(name))).toEqual([])
    const described = new Set(foundInCode(/\bcli -- ([a-z][\w -]*)/g).flatMap(({ name }) => name.split(' ')))
    expect(commands.filter((name = '') => !described.has(name))).toEqual([])

    const bench = await read('bench/main.ts')
    expect(foundInCode(/\bbench -- ([\w-]+)/g).filter(({ name }) => !bench.includes(name))).toEqual([])
  })

  it('list every environment variable, and no other', () => {
    const listed = firstColumn('docs/operations.md', 'Configuration')
    expect(listed.toSorted()).toEqual(Object.keys(variables.shape).toSorted())
  })

  it('list every metric, and no other', async () => {
    const names = (text: string) => new Set(text.match(/\bcolloquy_[a-z]+(?:_[a-z]+)+\b/g))
    const folder = await readdir(join(root, 'src/metrics'))
    const sources = await Promise.all(folder.map((name) => read(`src/metrics/${name}`)))
    const registered = sources.flatMap((text) => text.match(/(?<=name: ')colloquy_\w+/g) ?? [])
    const section = documents.get('docs/operations.md')?.split('## Watching it\n')[1]?.split('\n## ')[0] ?? ''
    expect([...names(section)].toSorted()).toEqual(registered.toSorted())
  })

  it('say what to do about every error code and every error of a union', async () => {
    expect(firstColumn('docs/client.md', 'Error codes').toSorted()).toEqual([...requestErrorCodes].toSorted())
    const schema = buildSchema(await read('schema.graphql'))
    const userError = schema.getType('UserError')
    const errors = isInterfaceType(userError) ? schema.getPossibleTypes(userError) : []
    expect(firstColumn('docs/client.md', 'Union errors').toSorted()).toEqual(
      errors.map(({ name }) => name).toSorted(),
    )
  })

  it('link only to files and headings that exist', () => {
    const broken = found(/\]\(([^)\s]+)\)/g).filter(({ path, name }) => {
      if (/^https?:/.test(name)) return false
      const [file = '', anchor] = name.split('#')
      const target = file === '' ? path : join(dirname(path), file)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(documents.get(target) ?? '').includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('name only files and folders of the repository that exist', () => {
    const paths = found(/`((?:src|test|prisma|bench|docs|\.ci)\/[\w./-]+)`/g)
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter(({ name }) => !existsSync(join(root, name)))).toEqual([])
  })

  it('show every folder of the source in the tree of the architecture', async () => {
    const folders = (await readdir(join(root, 'src'), { withFileTypes: true })).filter((entry) =>
      entry.isDirectory(),
    )
    const tree = documents.get('docs/architecture.md') ?? ''
    expect(folders.filter(({ name }) => !tree.includes(`src/${name}/`)).map(({ name }) => name)).toEqual([])
  })

  it('name in the policies of caches lists that exist, with every argument that keeps two lists apart', async () => {
    const schema = buildSchema(await read('schema.graphql'))
    const fields = { ...schema.getQueryType()?.getFields(), ...fieldsOf(schema, 'Conversation') }
    const text = documents.get('docs/client.md') ?? ''
    const apollo = [...text.matchAll(/(\w+): relayStylePagination\((.*?)\)/g)]
    for (const [, name = '', keys = ''] of apollo) {
      const paging = ['first', 'last', 'after', 'before', 'aroundSeq']
      const apart = fields[name]?.args.map((argument) => argument.name).filter((key) => !paging.includes(key))
      const given = [...keys.matchAll(/'(\w+)'/g)].map(([, key]) => key)
      expect({ name, keys: given.toSorted() }).toEqual({ name, keys: apart?.toSorted() })
    }
    const urql = [...text.matchAll(/(\w+): relayPagination\(/g)].map(([, name]) => name)
    expect(urql.toSorted()).toEqual(apollo.map(([, name]) => name).toSorted())
    expect(urql.length).toBeGreaterThan(5)
    const merged = [...text.matchAll(/(\w+): { merge: true }/g)].map(([, name = '']) => name)
    expect(merged.filter((name) => !isObjectType(schema.getType(name)))).toEqual([])
  })

  it('contain only GraphQL operations that the schema accepts', async () => {
    const schema = buildSchema(await read('schema.graphql'))
    const operations = found(/```graphql\n([\s\S]*?)```/g)
    expect(operations.length).toBeGreaterThan(4)
    for (const { path, name } of operations) {
      expect({ path, errors: validate(schema, parse(name)) }).toEqual({ path, errors: [] })
    }
  })
})

function fieldsOf(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name)
  return isObjectType(type) ? type.getFields() : {}
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
