import { z } from 'zod'
import { StartupProblem } from './startup-problem.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be a URL such as ${example}` })
const postgresUrl = url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/colloquy')
const onOff = z.enum(['on', 'off'], { error: 'must be on or off' })
const text = z.string().min(1)

const variables = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: port.default(4000),
  HOST: text.default('127.0.0.1'),
  DATA_DIR: text.default('.colloquy'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_OWNER_URL: postgresUrl.optional(),
  DATABASE_SYSTEM_URL: postgresUrl.optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(500).default(20),
  REDIS_URL: url(/^rediss?$/, 'redis://host:6379').optional(),
  KEY_DIR: text.optional(),
  SEED: z.enum(['demo', 'none'], { error: 'must be demo or none' }).default('demo'),
  OIDC_ISSUER: text.optional(),
  OIDC_AUDIENCE: text.optional(),
  OIDC_JWKS_URL: url(/^https?$/, 'https://issuer.example/jwks').optional(),
  OIDC_ALGORITHMS: text.default('RS256,ES256,EdDSA'),
  OIDC_CLOCK_SKEW_SECONDS: z.coerce.number().int().min(0).max(300).default(30),
  OIDC_MEMBER_CLAIM: text.default('sub'),
  OIDC_COMPANY_CLAIM: text.optional(),
  GRAPHIQL: onOff.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

/** What the process was told by its environment, parsed and checked. */
export interface Environment {
  production: boolean
  port: number
  host: string
  dataDirectory: string
  /** Where the companies' secrets live; undefined: in the data directory. */
  keyDirectory: string | undefined
  database: {
    url: string | undefined
    ownerUrl: string | undefined
    systemUrl: string | undefined
    poolSize: number
  }
  redisUrl: string | undefined
  seed: 'demo' | 'none'
  /** Undefined: the development issuer. */
  identity: IdentitySettings | undefined
  /** GraphiQL and introspection. */
  explorer: boolean
  logLevel: string
}

/** The identity provider whose tokens are accepted. */
export interface IdentitySettings {
  issuer: string
  audience: string
  jwksUrl: URL
  algorithms: string[]
  clockSkewSeconds: number
  /** The claim that equals a member's externalId. */
  memberClaim: string
  /** The claim that names the company. */
  companyClaim: string | undefined
}

/** Reads the environment once; throws StartupProblem naming everything that is wrong with it. */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  if (!parsed.success) {
    throw new StartupProblem(
      listed(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    )
  }
  const values = parsed.data
  const production = values.NODE_ENV === 'production'
  const problems = [
    ...identityProblems(values, production),
    ...(production ? productionProblems(values) : []),
  ]
  if (problems.length > 0) throw new StartupProblem(listed(problems))
  return {
    production,
    port: values.PORT,
    host: values.HOST,
    dataDirectory: values.DATA_DIR,
    keyDirectory: values.KEY_DIR,
    database: {
      url: values.DATABASE_URL,
      ownerUrl: values.DATABASE_OWNER_URL,
      systemUrl: values.DATABASE_SYSTEM_URL,
      poolSize: values.DATABASE_POOL_SIZE,
    },
    redisUrl: values.REDIS_URL,
    seed: values.SEED,
    identity: identityOf(values),
    explorer: values.GRAPHIQL ? values.GRAPHIQL === 'on' : !production,
    logLevel: values.LOG_LEVEL,
  }
}

type Values = z.infer<typeof variables>

function identityOf(values: Values): IdentitySettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = values
  if (!issuer || !audience || !jwksUrl) return undefined
  return {
    issuer,
    audience,
    jwksUrl: new URL(jwksUrl),
    algorithms: values.OIDC_ALGORITHMS.split(',').map((name) => name.trim()),
    clockSkewSeconds: values.OIDC_CLOCK_SKEW_SECONDS,
    memberClaim: values.OIDC_MEMBER_CLAIM,
    companyClaim: values.OIDC_COMPANY_CLAIM,
  }
}

function identityProblems(values: Values, production: boolean): string[] {
  const names = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'] as const
  const missing = names.filter((name) => !values[name])
  const problems: string[] = []
  if (missing.length > 0 && (production || missing.length < names.length)) {
    const why = production ? 'production does not accept development tokens' : 'they only work together'
    problems.push(...missing.map((name) => `${name} is missing: ${why}.`))
  }
  if (values.OIDC_MEMBER_CLAIM !== 'sub' && !values.OIDC_COMPANY_CLAIM) {
    problems.push(
      'OIDC_COMPANY_CLAIM is missing: a member claim other than sub may repeat between companies, so the token itself must name the company.',
    )
  }
  return problems
}

function productionProblems(values: Values): string[] {
  const problems: string[] = []
  if (!values.DATABASE_URL)
    problems.push('DATABASE_URL is missing: production does not run on the embedded PostgreSQL.')
  if (!values.DATABASE_SYSTEM_URL)
    problems.push('DATABASE_SYSTEM_URL is missing: chores run as colloquy_system.')
  if (!values.KEY_DIR)
    problems.push(
      "KEY_DIR is missing: the folder with the companies' secrets, kept apart from the database and its backups.",
    )
  if (values.OIDC_JWKS_URL?.startsWith('http:')) problems.push('OIDC_JWKS_URL must use https: in production.')
  return problems
}

function listed(problems: string[]): string {
  if (problems.length === 1) return `The configuration is not usable: ${problems[0]}`
  return `The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`
}
