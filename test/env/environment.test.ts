import { describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { problemsOf, production, variablesOf } from './production.ts'

describe('the environment', () => {
  test('needs nothing at all in development', () => {
    expect(readEnvironment({})).toMatchObject({
      production: false,
      port: 4000,
      host: '127.0.0.1',
      dataDirectory: '.colloquy',
      database: { url: undefined },
      seed: 'demo',
      identity: undefined,
      graphiql: true,
      publicUrl: 'http://127.0.0.1:4000',
      mail: { smtpUrl: undefined, from: 'Colloquy <colloquy@localhost>', requireTls: false },
    })
  })

  test('takes a variable that is set to nothing as not set', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: '', SEED: '', HOST: '' })).toEqual(readEnvironment({}))
  })

  test('is accepted in production when everything is given, with GraphiQL off unless asked for', () => {
    expect(readEnvironment(production)).toMatchObject({
      production: true,
      graphiql: false,
      logLevel: 'info',
      identity: {
        issuer: 'https://login.example',
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        memberClaim: 'sub',
        companyClaim: undefined,
      },
    })
    expect(readEnvironment({ ...production, GRAPHIQL: 'on' }).graphiql).toBe(true)
  })

  test('is refused in production with all that is missing named at once', () => {
    const missing = [
      'OIDC_ISSUER',
      'OIDC_AUDIENCE',
      'OIDC_JWKS_URL',
      'DATABASE_URL',
      'PUBLIC_URL',
      'SMTP_URL',
      'DATABASE_SYSTEM_URL',
      'KEY_DIR',
    ]
    expect(variablesOf({ NODE_ENV: 'production' })).toEqual(missing)
    expect(() => readEnvironment({ NODE_ENV: 'production' })).toThrow(
      '\n  - OIDC_ISSUER is missing: production does not accept development tokens.\n',
    )
    for (const name of missing) expect(variablesOf({ ...production, [name]: undefined })).toEqual([name])
  })

  test('names wrong values together with missing ones, and none of them twice', () => {
    const wrong = { ...production, PORT: '80 80', KEY_DIR: undefined, DATABASE_URL: 'mysql://db' }
    expect(variablesOf(wrong)).toEqual(['PORT', 'DATABASE_URL', 'KEY_DIR'])
  })

  test.each([
    ['NODE_ENV', 'Production'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '0x50'],
    ['PORT', '4000.5'],
    ['DATABASE_URL', 'localhost:5432'],
    ['DATABASE_POOL_SIZE', '1'],
    ['DATABASE_POOL_SIZE', 'many'],
    ['REDIS_URL', 'http://cache:6379'],
    ['REDIS_URL', 'rediss://one:6379,'],
    ['REDIS_URL', 'rediss://one:6379,redis://two:6379'],
    ['REDIS_URL', 'rediss://:a@one:6379,rediss://:b@two:6379'],
    ['DATABASE_REPLICA_URL', 'localhost:5433'],
    ['SEED', 'yes'],
    ['GRAPHIQL', 'true'],
    ['TRUSTED_NETWORK', '1'],
    ['LOG_LEVEL', 'verbose'],
    ['OIDC_JWKS_URL', 'file:///etc/jwks'],
    ['OIDC_CLOCK_SKEW_SECONDS', '301'],
    ['OIDC_TOKEN_TYPE', 'jwt'],
    ['OIDC_ALGORITHMS', 'HS256'],
    ['OIDC_ALGORITHMS', 'RS256,HS512,HS384'],
    ['OIDC_ALGORITHMS', 'none'],
    ['OIDC_ALGORITHMS', 'RS256,'],
    ['PUBLIC_URL', 'chat.example'],
    ['PUBLIC_URL', 'ftp://chat.example'],
    ['PUBLIC_URL', 'https://chat.example/?a=b'],
    ['PUBLIC_URL', 'https://user:secret@chat.example'],
    ['SMTP_URL', 'mail.example:587'],
    ['SMTP_URL', 'https://mail.example'],
    ['SMTP_URL', 'none'],
    ['MAIL_FROM', 'Colloquy'],
    ['MAIL_FROM', 'a@b.example, c@d.example'],
    ['MAIL_FROM', 'Eve <e@x.example>\nBcc: all@x.example'],
    ['SMTP_URL', 'http://x'],
    ['SMTP_URL', 'smtp:'],
    ['KEEP_ALIVE_SECONDS', '0'],
  ])('refuses %s=%s and says what it must be', (name, value) => {
    const [problem, ...others] = problemsOf({ ...production, [name]: value })
    if (name === 'SMTP_URL')
      expect(problem).toBe('SMTP_URL must be a URL such as smtp://user:password@host:587, or disk.')
    expect(problem).toMatch(new RegExp(`^${name} must be .*\\.$`))
    expect(others).toEqual([])
  })

  test('never repeats a value, which may be a secret', () => {
    const secret = 'Tr0ub4dor'
    const source = {
      ...production,
      DATABASE_URL: `postgres//app:${secret}@db`,
      PORT: secret,
      REDIS_URL: secret,
    }
    expect(problemsOf(source)).toHaveLength(3)
    expect(problemsOf(source).join()).not.toContain(secret)
  })

  test('accepts a list of asymmetric algorithms', () => {
    const { identity } = readEnvironment({ ...production, OIDC_ALGORITHMS: 'PS256, ES384' })
    expect(identity?.algorithms).toEqual(['PS256', 'ES384'])
  })
})
