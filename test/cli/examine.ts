import { expect } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { makeKey, startTokenIssuer } from '../support/token-issuer.ts'
import type { CommandLine } from './command-line.ts'

/** The checks of the doctor on a database that it reaches, in their order. */
export const CHECKS = [
  'configuration',
  'key files',
  'key provider',
  'database',
  'sessions',
  'serving role',
  'system role',
  'migrations',
  'owner',
  'policies',
  'functions',
  'job queue',
  'grants',
  'keys',
  'jobs',
  'sms senders',
  'redis',
  'e-mail',
  'sms',
  'token issuer',
]

/** A server with a company and a token issuer, and the environment in which the doctor finds it healthy. */
export interface Installation extends AsyncDisposable {
  app: TestApp
  env: Record<string, string>
}

/** Starts an installation, in which something has been said. */
export async function startInstallation(cli: CommandLine): Promise<Installation> {
  const app = await startApp()
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  await alice.say({ recipientId: bob.userId }, 'Hello')
  const issuer = await startTokenIssuer()
  issuer.publish(makeKey('ES256', 'k1'))
  return {
    app,
    env: {
      ...cli.environmentOf(app.database),
      DATA_DIR: app.environment.dataDirectory,
      OIDC_ISSUER: issuer.name,
      OIDC_AUDIENCE: 'colloquy',
      OIDC_JWKS_URL: issuer.jwksUrl.href,
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

/** Runs the doctor in an environment. Returns the names of its checks, and by name the problems that it found. */
export async function examine(cli: CommandLine, env: Record<string, string>) {
  const { code, out, err } = await cli.run(['doctor', '--json'], env)
  const { ok, checks } = JSON.parse(out)
  expect(code).toBe(ok ? 0 : 1)
  expect(err).toMatch(ok ? /^$/ : /^\d+ of \d+ checks found something wrong\.\n$/)
  const problems: Record<string, string> = {}
  for (const check of checks) if (!check.ok) problems[check.check] = check.detail
  return { problems, checks: checks.map((check: { check: string }) => check.check) }
}
