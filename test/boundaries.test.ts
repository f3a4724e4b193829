import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const POSTGRES = 'Only src/database talks to PostgreSQL.'
const REDIS = 'Only src/redis and src/pubsub talk to Redis.'
const TOKENS = 'Only src/auth handles tokens.'
const JOBS = 'Only src/jobs/runner.ts runs jobs.'
const MAIL = 'Only src/email/mailer.ts sends e-mail.'
const OPERATION = 'Operations know no GraphQL: jobs and the command line run them too.'
const FIELDS = 'Fields belong to their feature: import its operations, or a type from its refs.ts.'
const PROCESS = 'A process is put together from its services, never the other way round.'
const STORAGE = 'What is stored knows nothing of what it is for.'
const CLIENT = 'The client runs in browsers, by itself and graphql-ws.'

/** Crossed boundaries: a file that would stand there, what it would say, and what Biome answers. */
const VIOLATIONS: [file: string, code: string, answer: string][] = [
  ['src/messages/planted-1.ts', "export { Pool } from 'pg'", POSTGRES],
  ['src/messages/planted-2.ts', "export * from '@prisma/client'", POSTGRES],
  ['src/auth/planted-3.ts', "export type { Pool } from 'pg'", POSTGRES],
  ['src/planted-4.ts', "export { PrismaClient } from './database/generated/prisma/client.ts'", POSTGRES],
  ['src/cli/planted-5.ts', "export const pg = await import('pg')", POSTGRES],
  ['src/redis/planted-6.ts', "export { PrismaPg } from '@prisma/adapter-pg'", POSTGRES],
  ['src/limits/planted-7.ts', "export { Redis } from 'ioredis'", REDIS],
  ['src/graphql/planted-8.ts', "export { RedisPubSub } from 'graphql-redis-subscriptions'", REDIS],
  ['src/database/planted-9.ts', "export type { Redis } from 'ioredis'", REDIS],
  [
    'src/pubsub/planted-10.ts',
    "export { Redis } from 'ioredis'",
    'Only src/redis opens connections to Redis.',
  ],
  ['src/planted-11.ts', "export { jwtVerify } from 'jose'", TOKENS],
  ['src/graphql/planted-12.ts', "export { jwtVerify } from 'jose/jwt/verify'", TOKENS],
  ['src/members/planted-13.ts', "export { GraphQLError } from 'graphql'", OPERATION],
  ['src/members/planted-14.ts', "export { builder } from '../graphql/builder.ts'", OPERATION],
  ['src/members/planted-15.ts', "export { MessageRef } from '../messages/graphql/refs.ts'", OPERATION],
  ['src/members/planted-16.ts', "import './graphql/schema.ts'", OPERATION],
  ['src/auth/planted-17.ts', "export { default } from '@pothos/core'", OPERATION],
  ['src/encryption/planted-18.ts', "export { createYoga } from 'graphql-yoga'", OPERATION],
  ['src/planted-19/graphql/schema.ts', "import '../../members/graphql/schema.ts'", FIELDS],
  ['src/planted-20/graphql/mutations.ts', "import '../../members/graphql/mutations.ts'", FIELDS],
  ['src/planted-21.ts', "import './members/graphql/schema.ts'", FIELDS],
  [
    'src/graphql/planted-22.ts',
    "import '../members/graphql/schema.ts'",
    'Only src/pipeline/schema.ts puts the features together.',
  ],
  ['src/members/planted-23.ts', "export { createServer } from '../server.ts'", PROCESS],
  ['src/planted-24/graphql/schema.ts', "export { openApplication } from '../../application.ts'", PROCESS],
  ['src/database/planted-25.ts', "export { createContext } from '../context.ts'", STORAGE],
  [
    'src/redis/planted-26.ts',
    "export { sendMessage } from '../messages/operations/send-message.ts'",
    STORAGE,
  ],
  ['src/client/planted-34.ts', "export { newId } from '../ids.ts'", CLIENT],
  ['src/client/planted-35.ts', "export { parse } from 'graphql'", CLIENT],
  ['src/jobs/planted-30.ts', "export { run } from 'graphile-worker'", JOBS],
  ['src/planted-31.ts', "export const worker = await import('graphile-worker')", JOBS],
  ['src/graphql/planted-32.ts', "export { createTransport } from 'nodemailer'", MAIL],
  ['src/email/planted-33.ts', "export type { SendMailOptions } from 'nodemailer'", MAIL],
  ['src/planted-27.ts', 'export const home = process.env.HOME', "Don't use process.env."],
  [
    'src/planted-28.ts',
    "import { b } from './planted-29.ts'; export const a = () => b",
    'This import is part of a cycle.',
  ],
  [
    'src/planted-29.ts',
    "import { a } from './planted-28.ts'; export const b = () => a",
    'This import is part of a cycle.',
  ],
  [
    'src/planted-30.ts',
    'async function save() {} export function stop() { save() }',
    'A "floating" Promise was found',
  ],
]

describe('the boundaries between the folders', () => {
  let answers: Map<string, string[]>
  beforeAll(async () => {
    const project = fileURLToPath(new URL('..', import.meta.url))
    const copy = await mkdtemp(join(tmpdir(), 'colloquy-boundaries-'))
    try {
      for (const name of ['src', 'biome.json', '.gitignore']) {
        await cp(join(project, name), join(copy, name), {
          recursive: true,
          filter: (path) => !path.endsWith('/generated'),
        })
      }
      for (const [file, code] of VIOLATIONS) {
        await mkdir(dirname(join(copy, file)), { recursive: true })
        await writeFile(join(copy, file), `${code}\n`)
      }
      answers = await lint(copy)
    } finally {
      await rm(copy, { recursive: true })
    }
  })

  it.each(VIOLATIONS)('are guarded in %s against %s', (file, _code, answer) => {
    expect(answers.get(file)).toEqual([expect.stringContaining(answer)])
  })

  it('are crossed nowhere', () => {
    const planted = VIOLATIONS.map(([file]) => file)
    expect([...answers].filter(([file]) => !planted.includes(file))).toEqual([])
  })
})

/** Runs Biome over a folder; returns what it says of each file. */
async function lint(folder: string): Promise<Map<string, string[]>> {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')
  const rules = [
    'style/noRestrictedImports',
    'style/noProcessEnv',
    'suspicious/noImportCycles',
    'nursery/noFloatingPromises',
  ]
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', ...rules.map((rule) => `--only=${rule}`)]
  const run = promisify(execFile)(process.execPath, [biome, ...args], { cwd: folder, maxBuffer: 2 ** 26 })
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { severity: string; message: string; location: { path: string } }[]
  }
  const answers = new Map<string, string[]>()
  for (const { severity, message, location } of diagnostics) {
    // Where a rule is switched off, asking for it alone turns it into a mere remark.
    if (severity === 'error') answers.set(location.path, [...(answers.get(location.path) ?? []), message])
  }
  return answers
}
