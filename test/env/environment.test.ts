import { describe, expect, test } from 'vitest'
import { readEnvironment, UnusableEnvironment } from '../../src/env.ts'

/** A production environment with nothing wrong. */
const production = {
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

function problemsOf(source: NodeJS.ProcessEnv): string[] {
  try {
    readEnvironment(source)
    return []
  } catch (error) {
    if (error instanceof UnusableEnvironment) return error.problems
    throw error
  }
}

/** The names of the variables that are complained of. */
function variablesOf(source: NodeJS.ProcessEnv): string[] {
  return problemsOf(source).map((problem) => problem.split(' ')[0] ?? '')
}

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

describe('the identity provider', () => {
  test('is given whole or not at all', () => {
    expect(variablesOf({ OIDC_ISSUER: 'https://login.example' })).toEqual(['OIDC_AUDIENCE', 'OIDC_JWKS_URL'])
    expect(variablesOf({ OIDC_CLIENT_ID: 'colloquy' })).toEqual([
      'OIDC_ISSUER',
      'OIDC_AUDIENCE',
      'OIDC_JWKS_URL',
    ])
  })

  test('has a client of the pages of the server only if one is named', () => {
    expect(readEnvironment(production).identity?.client).toBeUndefined()
    const named = { ...production, OIDC_CLIENT_ID: 'colloquy', OIDC_SCOPE: 'openid offline_access' }
    expect(readEnvironment(named).identity?.client).toEqual({
      id: 'colloquy',
      scope: 'openid offline_access',
    })
  })

  test('may be reached without TLS in development only', () => {
    const { OIDC_ISSUER, OIDC_AUDIENCE } = production
    const plain = { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL: 'http://127.0.0.1:8080/jwks' }
    expect(problemsOf(plain)).toEqual([])
    expect(problemsOf({ ...production, ...plain, TRUSTED_NETWORK: 'on' })).toEqual([
      'OIDC_JWKS_URL must use https: in production.',
    ])
  })

  test('names the company itself where the member claim is not the subject', () => {
    expect(variablesOf({ ...production, OIDC_MEMBER_CLAIM: 'employee_id' })).toEqual(['OIDC_COMPANY_CLAIM'])
    const both = { ...production, OIDC_MEMBER_CLAIM: 'employee_id', OIDC_COMPANY_CLAIM: 'org' }
    expect(problemsOf(both)).toEqual([])
  })
})

describe('the bucket of files', () => {
  const bucket = { FILE_STORE: 's3', S3_BUCKET: 'files', AWS_REGION: 'eu-central-1' }

  test('needs its name and its region, and is not read while files lie on the disk', () => {
    expect(variablesOf({ FILE_STORE: 's3' })).toEqual(['S3_BUCKET', 'AWS_REGION'])
    expect(readEnvironment({ ...bucket, FILE_STORE: 'disk' }).attachments.s3).toBeUndefined()
    expect(variablesOf({ ...bucket, AWS_ACCESS_KEY_ID: 'AKID' })).toEqual(['AWS_SECRET_ACCESS_KEY'])
    expect(variablesOf({ ...bucket, FILE_STORE: 'tape' })).toEqual(['FILE_STORE'])
    expect(variablesOf({ ...bucket, S3_PREFIX: '../x y' })).toEqual(['S3_PREFIX'])
  })

  test('stands in the name of the host at AWS, and in the path at another address, unless told otherwise', () => {
    const at = (more: NodeJS.ProcessEnv = {}) => readEnvironment({ ...bucket, ...more }).attachments.s3
    const S3_ENDPOINT = 'http://127.0.0.1:9000'
    expect(at()).toMatchObject({ bucket: 'files', prefix: '', endpoint: undefined, pathStyle: false })
    expect(at({ S3_ENDPOINT, S3_PREFIX: 'a/b' })).toMatchObject({ prefix: 'a/b/', pathStyle: true })
    expect(at({ S3_ENDPOINT, S3_PATH_STYLE: 'off' })).toMatchObject({ pathStyle: false })
    const plain = { ...production, ...bucket, S3_ENDPOINT }
    expect(variablesOf(plain)).toEqual(['S3_ENDPOINT'])
    expect(problemsOf({ ...plain, TRUSTED_NETWORK: 'on' })).toEqual([])
  })
})

describe('the database', () => {
  test('has a serving role if it has any', () => {
    const { DATABASE_SYSTEM_URL } = production
    expect(problemsOf({ DATABASE_SYSTEM_URL })).toEqual([
      'DATABASE_URL is missing: DATABASE_SYSTEM_URL needs it.',
    ])
  })

  test.each(['DATABASE_URL', 'DATABASE_OWNER_URL', 'DATABASE_SYSTEM_URL'])(
    'is reached over TLS in production by %s, unless the network is declared trusted',
    (name) => {
      for (const mode of ['', '?sslmode=disable', '?sslmode=prefer', '?sslmode=no-verify']) {
        const source = { ...production, [name]: `postgres://role:7Hq2@db.internal/colloquy${mode}` }
        expect(variablesOf(source)).toEqual([name])
        expect(problemsOf({ ...source, TRUSTED_NETWORK: 'on' })).toEqual([])
        expect(problemsOf({ ...source, NODE_ENV: 'development' })).toEqual([])
      }
    },
  )

  test.each(['postgres', 'colloquy', 'changeme', 'app'])('has no password %s in production', (password) => {
    const source = { ...production, DATABASE_URL: `postgres://app:${password}@db.internal/c?sslmode=require` }
    expect(problemsOf(source)).toEqual(['DATABASE_URL has a password that everybody knows: choose another.'])
    expect(problemsOf({ ...source, NODE_ENV: 'development' })).toEqual([])
  })
})

describe('e-mail', () => {
  test('is written to disk in production only when that is said', () => {
    expect(variablesOf({ ...production, SMTP_URL: undefined })).toEqual(['SMTP_URL'])
    const { mail } = readEnvironment({ ...production, SMTP_URL: 'disk', MAIL_FROM: undefined })
    expect(mail).toMatchObject({ smtpUrl: undefined })
  })

  test('has a sender where there is a mail server, in development too', () => {
    expect(variablesOf({ SMTP_URL: 'smtp://localhost:1025' })).toEqual(['MAIL_FROM'])
  })

  test('goes out without TLS in production only on a trusted network', () => {
    expect(readEnvironment(production).mail.requireTls).toBe(true)
    expect(readEnvironment({ ...production, TRUSTED_NETWORK: 'on' }).mail.requireTls).toBe(false)
  })

  test('has links that begin with PUBLIC_URL, over TLS in production, or else with where the server listens', () => {
    expect(problemsOf({ ...production, PUBLIC_URL: 'http://chat.example' })).toEqual([
      'PUBLIC_URL must use https: in production.',
    ])
    expect(readEnvironment({ PUBLIC_URL: 'http://chat.example/base//' }).publicUrl).toBe(
      'http://chat.example/base',
    )
    expect(readEnvironment({ HOST: '0.0.0.0', PORT: '80' }).publicUrl).toBe('http://127.0.0.1:80')
    expect(readEnvironment({ HOST: '::1' }).publicUrl).toBe('http://[::1]:4000')
  })
})

test('Redis is reached over TLS in production, unless the network is declared trusted', () => {
  const source = { ...production, REDIS_URL: 'redis://cache.internal:6379' }
  expect(variablesOf(source)).toEqual(['REDIS_URL'])
  expect(problemsOf({ ...source, TRUSTED_NETWORK: 'on' })).toEqual([])
})

test('several addresses of Redis are those of a cluster', () => {
  const list = 'rediss://:3Zx8@one:6379, rediss://:3Zx8@two:6380'
  expect(readEnvironment({ ...production, REDIS_URL: list }).redisUrl).toBe(list.replace(' ', ''))
  const plain = 'redis://one:6379,redis://two:6380'
  expect(variablesOf({ ...production, REDIS_URL: plain })).toEqual(['REDIS_URL'])
})

test('a replica is a database like the others: with TLS in production, and of a primary', () => {
  const replica = 'postgres://app:7Hq2@replica.internal/colloquy?sslmode=verify-full'
  expect(readEnvironment({ ...production, DATABASE_REPLICA_URL: replica }).database.replicaUrl).toBe(replica)
  const plain = replica.replace(/\?.*/, '')
  expect(variablesOf({ ...production, DATABASE_REPLICA_URL: plain })).toEqual(['DATABASE_REPLICA_URL'])
  expect(variablesOf({ DATABASE_REPLICA_URL: replica })).toEqual(['DATABASE_URL'])
})
