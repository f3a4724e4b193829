import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { bundleProgram } from '../support/server-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Modules that the recipe of graphql-sse takes for granted. */
const IMPORTS = `import { ApolloLink, Observable } from '@apollo/client'
import { print } from 'graphql'
import { createClient } from 'graphql-sse'\n`

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let conversationId: string
/** A folder with the files that the recipes make, in reach of the installed packages. */
let folder: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  for (const body of ['one', 'two', 'three', 'four'])
    conversationId = (await acme.bob.say({ recipientId: acme.alice.userId }, body)).conversationId
  folder = await writeRecipes()
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await app[Symbol.asyncDispose]()
})

/** Writes the code blocks of docs/client.md into files and runs the script among them. */
async function writeRecipes(): Promise<string> {
  const [, ...sections] = (await readFile(join(root, 'docs/client.md'), 'utf8')).split(/^#{3,4} /m)
  const codeOf = (heading: string) => {
    const section = sections.find((each) => each.startsWith(`${heading}\n`)) ?? ''
    return /```js\n([\s\S]*?)```/.exec(section)?.[1] ?? ''
  }
  const made = await mkdtemp(join(root, 'node_modules/.cache/recipes-'))
  await copyFile(join(root, 'schema.graphql'), join(made, 'schema.graphql'))
  const files = {
    'types.mjs': codeOf('Normalised caches'),
    'apollo.mjs': `${IMPORTS}${codeOf('Apollo Client')}export ${codeOf('graphql-sse')}`,
    'urql.mjs': codeOf('urql'),
  }
  for (const [name, code] of Object.entries(files)) await writeFile(join(made, name), code)
  await promisify(execFile)(process.execPath, ['types.mjs'], { cwd: made })
  return made
}

/** Runs one of the programs of this folder with its recipe, and gives what it printed. */
async function run(library: 'apollo' | 'urql'): Promise<Data> {
  const program = await bundleProgram(`test/client/${library}-process.mjs`)
  const recipe = join(folder, `${library}.mjs`)
  const started = program.start([recipe, `${app.url}/graphql`, acme.alice.token, conversationId])
  const code = await started.ended
  await program.remove()
  expect({ code, err: started.said.err }).toMatchObject({ code: 0 })
  return JSON.parse(started.said.out)
}

const bodies = ({ conversation }: Data) => conversation.messages.edges.map(({ node }: Data) => node.body)

// Apollo comes last, since it sends a message.
describe.each(['urql', 'apollo'] as const)('the recipes for %s', (library) => {
  let seen: Data
  beforeAll(async () => {
    seen = await run(library)
  })

  it('keep what two queries with different fields have found below viewer', () => {
    expect(seen.viewers).toMatchObject([
      {
        viewer: {
          user: { name: 'Alice Acme' },
          unread: { total: 4 },
          preferences: { emailWhenOffline: true },
        },
      },
      { viewer: { company: { name: 'Acme' }, unread: { direct: 4 } } },
    ])
  })

  it('put an earlier page before the present one', () => {
    expect(bodies(seen.page)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('show the detail of an error by the interface of all errors', () => {
    expect(seen.refused.sendMessage.detail).toContain('empty')
  })

  if (library !== 'apollo') return
  it('follow events over graphql-sse', () => {
    expect(seen.event.data.inboxEvents).toMatchObject({ message: { body: 'over SSE' } })
  })
})
