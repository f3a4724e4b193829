import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Crossing, crossingsOf, readSources } from './boundaries.ts'

const POSTGRES = 'Only src/database talks to PostgreSQL.'
const TOKENS = 'Only src/auth handles tokens.'
const REDIS = 'Only src/redis opens connections to Redis.'
const CHANNEL = 'Only src/redis and src/pubsub use the Redis channel library.'
const JOBS = 'Only src/jobs/runner.ts runs jobs'
const MAIL = 'Only src/email/mailer.ts sends e-mail.'
const OPERATION = 'Operations know no GraphQL: jobs and the command line run them too.'
const FIELDS = 'Only src/pipeline/schema.ts imports fields'
const CLIENT = 'The client runs in browsers, by itself and graphql-ws.'

/** Crossed boundaries: a file below src, its code, and the message about it. */
const IMPORTS: [file: string, code: string, message: string][] = [
  ['messages/planted.ts', "export { Pool } from 'pg'", POSTGRES],
  ['messages/planted.ts', "export * from '@prisma/client'", POSTGRES],
  ['auth/planted.ts', "export type { Pool } from 'pg'", POSTGRES],
  ['planted.ts', "export { PrismaClient } from './database/generated/prisma/client.ts'", POSTGRES],
  ['cli/planted.ts', "export const pg = await import('pg')", POSTGRES],
  ['redis/planted.ts', "export { PrismaPg } from '@prisma/adapter-pg'", POSTGRES],
  ['limits/planted.ts', "export { Redis } from 'ioredis'", REDIS],
  ['pubsub/planted.ts', "export { Redis } from 'ioredis'", REDIS],
  ['database/planted.ts', "export type { Redis } from 'ioredis'", REDIS],
  ['graphql/planted.ts', "export { RedisPubSub } from 'graphql-redis-subscriptions'", CHANNEL],
  ['planted.ts', "export { jwtVerify } from 'jose'", TOKENS],
  ['graphql/planted.ts', "export { jwtVerify } from 'jose/jwt/verify'", TOKENS],
  ['members/planted.ts', "export { GraphQLError } from 'graphql'", OPERATION],
  ['members/planted.ts', "export { builder } from '../graphql/builder.ts'", OPERATION],
  ['members/queries/planted.ts', "export { builder } from '../../graphql/builder.ts'", OPERATION],
  ['members/operations/planted.ts', "export { UserRef } from '../graphql/refs.ts'", OPERATION],
  ['auth/planted.ts', "export { default } from '@pothos/core'", OPERATION],
  ['encryption/planted.ts', "export { createYoga } from 'graphql-yoga'", OPERATION],
  ['members/planted.ts', "import './graphql/schema.ts'", FIELDS],
  ['broadcasts/graphql/schema.ts', "import '../../members/graphql/schema.ts'", FIELDS],
  ['graphql/planted.ts', "import '../members/graphql/schema.ts'", FIELDS],
  ['planted.ts', "import './members/graphql/mutations.ts'", FIELDS],
  ['members/planted.ts', "export { createServer } from '../server.ts'", 'members imports server.ts'],
  ['members/planted.ts', "export { page } from './queries/lists.ts'", 'members imports members/queries'],
  [
    'conversations/queries/planted.ts',
    "export { hide } from '../operations/hide-conversation.ts'",
    'conversations/queries imports conversations/operations',
  ],
  ['database/planted.ts', "export { createContext } from '../context.ts'", 'database imports context.ts'],
  [
    'redis/planted.ts',
    "export { sendMessage } from '../messages/operations/send-message.ts'",
    'redis imports messages/operations',
  ],
  ['plants/planted.ts', "export { newId } from '../ids.ts'", 'plants is in no layer'],
  ['client/planted.ts', "export { newId } from '../ids.ts'", CLIENT],
  ['client/planted.ts', "export { parse } from 'graphql'", CLIENT],
  ['jobs/planted.ts', "export { run } from 'graphile-worker'", JOBS],
  ['planted.ts', "export const worker = await import('graphile-worker')", JOBS],
  ['graphql/planted.ts', "export { createTransport } from 'nodemailer'", MAIL],
  ['email/planted.ts', "export type { SendMailOptions } from 'nodemailer'", MAIL],
]

describe('the boundaries between the folders', () => {
  let crossings: Crossing[]
  beforeAll(async () => {
    crossings = crossingsOf(await readSources())
  })

  it('are crossed nowhere: no folder imports one of a higher layer', () => {
    expect(crossings).toEqual([])
  })

  it.each(IMPORTS)('are guarded in %s against %s', (file, code, message) => {
    expect(crossingsOf(new Map([[file, code]]))).toEqual([
      { file, message: expect.stringContaining(message) },
    ])
  })
})

/** Faults that Biome finds: a file, its code, and the message about it. */
const LINTED: [file: string, code: string, message: string][] = [
  ['src/planted-1.ts', 'export const home = process.env.HOME', "Don't use process.env."],
  [
    'src/planted-2.ts',
    "import { b } from './planted-3.ts'; export const a = () => b",
    'This import is part of a cycle.',
  ],
  [
    'src/planted-3.ts',
    "import { a } from './planted-2.ts'; export const b = () => a",
    'This import is part of a cycle.',
  ],
  [
    'src/planted-4.ts',
    'async function save() {} export function stop() { save() }',
    'A "floating" Promise was found',
  ],
  [
    'src/planted-5.ts',
    `export function long() {\n${'  Math.random()\n'.repeat(51)}}`,
    'This function has too many lines',
  ],
  ['src/planted-6.ts', `export const long = [${'\n  1,'.repeat(251)}\n]`, 'This file has too many lines'],
]

describe('the linter', () => {
  let answers: Map<string, string[]>
  beforeAll(async () => {
    const project = fileURLToPath(new URL('../..', import.meta.url))
    const copy = await mkdtemp(join(tmpdir(), 'colloquy-boundaries-'))
    try {
      for (const name of ['biome.json', '.gitignore']) await cp(join(project, name), join(copy, name))
      for (const [file, code] of LINTED) {
        await mkdir(dirname(join(copy, file)), { recursive: true })
        await writeFile(join(copy, file), `${code}\n`)
      }
      answers = await lint(copy)
    } finally {
      await rm(copy, { recursive: true })
    }
  })

  it.each(LINTED)('guards %s against %s', (file, _code, message) => {
    expect(answers.get(file)).toEqual([expect.stringContaining(message)])
  })
})

/** Runs Biome over a folder; returns what it says of each file. */
async function lint(folder: string): Promise<Map<string, string[]>> {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')
  const rules = [
    'style/noProcessEnv',
    'suspicious/noImportCycles',
    'nursery/noFloatingPromises',
    'complexity/noExcessiveLinesPerFunction',
    'style/noExcessiveLinesPerFile',
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
