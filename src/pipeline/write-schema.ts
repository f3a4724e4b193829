import { readFile, writeFile } from 'node:fs/promises'
import { printWithDirectives } from './print-schema.ts'
import { schema } from './schema.ts'

// Run by `npm run schema`. With --check it only tells whether schema.graphql matches the code.
const file = 'schema.graphql'
const printed = printWithDirectives(schema)
if (!process.argv.includes('--check')) {
  await writeFile(file, printed)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== printed) {
  process.stderr.write(`${file} is not what the code says: run npm run schema.\n`)
  process.exitCode = 1
}
