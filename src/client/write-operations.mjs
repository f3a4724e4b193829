import { readFile, writeFile } from 'node:fs/promises'
import { codegen } from '@graphql-codegen/core'
import * as operations from '@graphql-codegen/typescript-operations'
import { parse, print, separateOperations, stripIgnoredCharacters } from 'graphql'

// Run by `npm run operations` after a change of the schema or of an operations.graphql; with --check it only says whether
// each operations.ts is what they say.
const folders = [
  { folder: 'src/client', request: './request.ts' },
  { folder: 'web/api', request: '../../src/client/request.ts' },
  { folder: 'web/console', request: '../../src/client/request.ts' },
  // Apart, so that their texts are loaded on demand, with the screens and the files.
  { folder: 'web/broadcasts', request: '../../src/client/request.ts' },
  { folder: 'web/files', request: '../../src/client/request.ts' },
]
const read = (path) => readFile(path, 'utf8').catch(() => '')

for (const { folder, request } of folders) {
  const file = `${folder}/operations.ts`
  const printed = await printOperations(folder, file, request)
  if (!process.argv.includes('--check')) {
    await writeFile(file, printed)
  } else if ((await read(file)) !== printed) {
    process.stderr.write(`${file} is not what the schema says: run npm run operations.\n`)
    process.exitCode = 1
  }
}

async function printOperations(folder, file, request) {
  const document = parse(await read(`${folder}/operations.graphql`))
  const types = await codegen({
    filename: file,
    schema: parse(await read('schema.graphql')),
    documents: [{ document }],
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: {
      enumType: 'string-literal',
      strictScalars: true,
      scalars: {
        DateTime: 'string',
        LocalDateTime: 'string',
        Duration: 'string',
        JSON: 'unknown',
        ID: 'string',
      },
    },
  })
  const texts = Object.entries(separateOperations(document)).map(([name, operation]) => {
    const kind = operation.definitions.find((definition) => definition.name.value === name).operation
    const type = `${name}${kind[0].toUpperCase()}${kind.slice(1)}`
    const text = stripIgnoredCharacters(print(operation))
    return `export const ${name}Document = '${text}' as TypedDocument<${type}, ${type}Variables>\n`
  })
  return [
    '// Written by npm run operations, from schema.graphql and operations.graphql.',
    `import type { TypedDocument } from '${request}'\n`,
    types,
    ...texts,
  ].join('\n')
}
