import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { openPolicy } from '../../src/policy/ask-policy.ts'
import { startApp } from '../support/app.ts'
import { result, startOpa } from '../support/opa.ts'

describe('a policy in a module', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'colloquy-policy-'))
  })
  afterAll(() => rm(directory, { recursive: true }))
  const moduleOf = async (name: string, text: string) => {
    const path = join(directory, name)
    await writeFile(path, text)
    return path
  }

  it('decides by what its function returns or resolves to, of which true alone allows', async () => {
    const module = await moduleOf(
      'decides.mjs',
      `const answers = { yes: () => true, later: async () => true, text: () => 'true', one: () => 1, none: () => undefined,
          throws: () => { throw new Error('no') }, rejects: async () => { throw new Error('no') }, never: () => new Promise(() => {}) }
        export default ({ user, conversation }) =>
          user.role === 'owner' || answers[conversation.context.id]()`,
    )
    await using app = await startApp({ environment: { policy: { module } } })
    const acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
    const seen: Record<string, boolean> = {}
    for (const contextId of ['yes', 'later', 'text', 'one', 'none', 'throws', 'rejects', 'never']) {
      await acme.ann.mutate('openContextConversation', { type: 'PLAN', contextId }, 'conversation { id }')
      const { contextConversation } = await acme.bob.run(
        'query ($id: String!) { contextConversation(type: PLAN, contextId: $id) { id } }',
        { id: contextId },
      )
      seen[contextId] = contextConversation !== null
    }
    expect(seen).toEqual({
      ...{ yes: true, later: true, text: false, one: false },
      ...{ none: false, throws: false, rejects: false, never: false },
    })
  })

  it('is waited for no longer than 250 ms, at an address as well', async () => {
    await using opa = await startOpa()
    opa.answer = ({ conversation }) => (conversation.context.id === 'late' ? 'late' : result(true))
    const late = `new Promise((resolve) => setTimeout(resolve, 5_000, true).unref())`
    const module = await moduleOf(
      'late.mjs',
      `export default ({ conversation }) => conversation.context.id !== 'late' || ${late}`,
    )
    for (const policy of [{ module }, { url: opa.url }]) {
      await using app = await startApp({ environment: { policy }, isPolicyPrompt: true })
      const acme = await app.company('Acme', { ann: 'owner' })
      const input = { type: 'PLAN', contextId: 'late' }
      expect((await acme.ann.mutate('openContextConversation', input)).__typename).toBe('NotFoundError')
    }
  })

  it('keeps the process from starting if it cannot be loaded or exports no function', async () => {
    const empty = await moduleOf('empty.mjs', 'export const allow = true')
    const broken = await moduleOf('broken.mjs', 'export default (')
    const words = { message: expect.stringMatching(/^POLICY_MODULE /), name: 'StartupProblem' }
    for (const module of [empty, broken, join(directory, 'missing.mjs')])
      await expect(openPolicy({ module }), module).rejects.toMatchObject(words)
    await expect(startApp({ environment: { policy: { module: empty } } })).rejects.toMatchObject(words)
  })
})

describe('the configuration of a policy', () => {
  const problem = (source: NodeJS.ProcessEnv) => {
    try {
      return readEnvironment(source).policy
    } catch (error) {
      return (error as Error).message
    }
  }

  it('is a module or an address of HTTP, and not both', () => {
    const url = 'http://127.0.0.1:8181/v1/data/colloquy/allow'
    expect(problem({})).toBe(undefined)
    expect(problem({ POLICY_MODULE: './policy.mjs' })).toEqual({ module: './policy.mjs' })
    expect(problem({ POLICY_URL: url })).toEqual({ url: new URL(url) })
    expect(problem({ POLICY_MODULE: './policy.mjs', POLICY_URL: url })).toMatch(
      /POLICY_URL is given as well as POLICY_MODULE/,
    )
    for (const POLICY_URL of ['ftp://policy.test/', 'file:///policy.rego', 'policy.test/allow'])
      expect(problem({ POLICY_URL })).toMatch(/POLICY_URL must be a URL such as http:/)
  })
})
