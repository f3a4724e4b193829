import { readEnvironment, UnusableEnvironment } from '../../src/env.ts'

/** A production environment with nothing wrong. */
export const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://app:7Hq2@db.internal/colloquy?sslmode=verify-full',
  DATABASE_SYSTEM_URL: 'postgres://system:9Kw4@db.internal/colloquy?sslmode=require',
  REDIS_URL: 'rediss://:3Zx8@cache.internal:6380',
  KEY_DIR: '/var/lib/colloquy-keys',
  OIDC_ISSUER: 'https://login.example',
  OIDC_AUDIENCE: 'colloquy',
  OIDC_JWKS_URL: 'https://login.example/jwks',
  PUBLIC_URL: 'https://chat.example',
  SMTP_URL: 'smtp://mail.example:587',
  MAIL_FROM: 'Colloquy <chat@mail.example>',
}

/** The problems that are told of an environment; none if it is accepted. */
export function problemsOf(source: NodeJS.ProcessEnv): string[] {
  try {
    readEnvironment(source)
    return []
  } catch (error) {
    if (error instanceof UnusableEnvironment) return error.problems
    throw error
  }
}

/** The names of the variables that are complained of. */
export function variablesOf(source: NodeJS.ProcessEnv): string[] {
  return problemsOf(source).map((problem) => problem.split(' ')[0] ?? '')
}
