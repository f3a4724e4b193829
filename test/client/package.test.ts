import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
let frontend: string

/** A frontend that has nothing but the package and graphql-ws. */
beforeAll(async () => {
  await run('npm', ['run', '--silent', 'prepare'], { cwd: root })
  frontend = await mkdtemp(join(tmpdir(), 'colloquy-frontend-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', frontend, './dist/client'], {
    cwd: root,
  })
  const [{ filename }] = JSON.parse(stdout)
  await mkdir(join(frontend, 'node_modules/colloquy'), { recursive: true })
  await run(
    'tar',
    ['-xzf', join(frontend, filename), '-C', 'node_modules/colloquy', '--strip-components=1'],
    {
      cwd: frontend,
    },
  )
  for (const name of ['graphql-ws', 'graphql']) {
    await symlink(join(root, 'node_modules', name), join(frontend, 'node_modules', name))
  }
  await writeFile(join(frontend, 'package.json'), '{ "type": "module" }')
})

afterAll(async () => {
  await rm(frontend, { recursive: true, force: true })
})

describe('the package entry colloquy/client', () => {
  it('is loaded from the repository and from a package of its own', async () => {
    const program = "const entry = await import('colloquy/client'); console.log(Object.keys(entry).join(' '))"
    for (const cwd of [root, frontend]) {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd })
      expect(stdout.trim()).toBe('ColloquyError createColloquyClient')
    }
  })

  it('has an entry beside it for what a search has found', async () => {
    const program =
      "const { searchHits } = await import('colloquy/client/search'); console.log(searchHits('Zürich', 'zurich'))"
    for (const cwd of [root, frontend]) {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd })
      expect(stdout.trim()).toBe('[ { start: 0, end: 6 } ]')
    }
    expect(
      await typeErrors(
        "import { searchHits } from 'colloquy/client/search'\nsearchHits('a', 'b')[0]?.start.toFixed()",
      ),
    ).toBe('')
    expect(await typeErrors("import { searchHits } from 'colloquy/client/search'\nsearchHits('a')")).not.toBe(
      '',
    )
  })

  it('carries a description and the licence', async () => {
    const folder = join(frontend, 'node_modules/colloquy')
    expect(await readFile(join(folder, 'LICENSE'), 'utf8')).toBe(
      await readFile(join(root, 'LICENSE'), 'utf8'),
    )
    const example = /```ts\n([\s\S]*?)```/.exec(await readFile(join(folder, 'README.md'), 'utf8'))?.[1] ?? ''
    expect(example).toContain('createColloquyClient')
    const given = `
      declare const session: { accessToken: string }
      declare const recipientId: string
      declare const reload: () => Promise<string>
      declare function show(message: { body: string | null }): void\n`
    expect(await typeErrors(given + example)).toBe('')
  })

  it("checks a frontend's types, as in the example of the README", async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const example = /```ts\n(import \{ createColloquyClient[\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const given = `
      import type { TypedDocument } from 'colloquy/client'
      declare const session: { accessToken: string }
      declare const id: string
      declare function show(messages: { id: string; body: string | null }[]): void
      interface Page { conversation: { eventsCursor: string; messages: { nodes: { id: string; body: string | null }[] } } | null }
      declare const PAGE: TypedDocument<Page, { id: string }>\n`
    expect(await typeErrors(given + example)).toBe('')
    const wrong = example.replace('event.message]', 'event.massage]')
    expect(wrong).not.toBe(example)
    expect(await typeErrors(given + wrong)).toContain("Property 'massage' does not exist")
  })

  it("checks the types of every recipe in the client's document", async () => {
    const document = await readFile(join(root, 'docs/client.md'), 'utf8')
    const [example = '', ...recipes] = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code)
    expect(recipes.length).toBe(4)
    expect(
      await typeErrors(
        RECIPES_GIVEN + example + recipes.map((code) => `\n{\n${code?.replace(/^export /m, '')}}`).join(''),
      ),
    ).toBe('')
  })
})

/** Everything that the recipes leave to their reader, and the two functions of each framework. */
const RECIPES_GIVEN = `
  import type { ConversationEvent, TypedDocument } from 'colloquy/client'
  declare const session: { accessToken: string; companyId: string }
  declare function banner(text: string | undefined): void
  declare function showError(error: unknown): void
  declare function handle(code: string): void
  declare const accessToken: string, recipientId: string, body: string, idempotencyKey: string, SEND: string
  type Message = Pick<Extract<ConversationEvent, { __typename: 'MessageSent' }>['message'], 'id' | 'seq' | 'body'>
  interface Page { conversation: { eventsCursor: string; messages: { nodes: Message[] } } | null }
  declare const PAGE: TypedDocument<Page, { id: string }>
  declare function useState<T>(value: T): [T, (next: T | ((known: T) => T)) => void]
  declare function useEffect(effect: () => () => void, on: unknown[]): void
  declare function reactive<T>(value: T): T
  declare function computed<T>(read: () => T): { readonly value: T }
  declare function onMounted(run: () => unknown): void
  declare function onUnmounted(run: () => unknown): void
`

/** The compiler's messages about a program in the frontend. */
async function typeErrors(program: string): Promise<string> {
  await writeFile(join(frontend, 'program.ts'), program)
  const options =
    '--ignoreConfig --noEmit --strict --target es2022 --lib es2023,dom --types --module esnext --moduleResolution bundler'
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  try {
    await run(process.execPath, [compiler, ...options.split(' '), 'program.ts'], { cwd: frontend })
    return ''
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error)
  }
}
