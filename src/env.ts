import { problemsOf } from './env/problems.ts'
import { type Values, variables } from './env/variables.ts'
import { StartupProblem } from './startup-problem.ts'

/** What the process was told by its environment, parsed and checked. */
export interface Environment {
  production: boolean
  port: number
  host: string
  /** An idle connection of HTTP is kept so long, for the proxy in front. */
  keepAliveMs: number
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
  /** Where links that leave the process lead, such as https://chat.example.com; never ends with a slash. */
  publicUrl: string
  mail: MailSettings
  seed: 'demo' | 'none'
  /** Undefined: the development issuer. */
  identity: IdentitySettings | undefined
  sockets: SocketLimits
  /** Subscriptions that one person may have open in this process, over WebSockets and event streams alike. */
  subscriptionsPerUser: number
  /** Where metrics are read, and with which bearer token; without either by this machine alone. */
  metrics: { port: number | undefined; token: string | undefined }
  /** Messages a second that one person may send, whatever the company's own limits are. */
  sendLimitCeiling: number
  /** Points of query cost a second that one person may make this process work for; 0: without bound. */
  workBudgetPerPerson: number
  /** GraphiQL and introspection. */
  graphiql: boolean
  logLevel: string
}

/** How much of WebSockets there may be in this process. */
export interface SocketLimits {
  socketsPerUser: number
  /** Of one IPv4 address or IPv6 network. */
  socketsPerAddress: number
  /** On one socket, twice as many at once after a pause. */
  socketMessagesPerSecond: number
  /** How many proxies in front of the server say truly where a request comes from (X-Forwarded-For). */
  trustedProxies: number
}

/** How e-mail leaves the process. */
export interface MailSettings {
  /** Undefined: into files of the data directory. */
  smtpUrl: string | undefined
  from: string
  /** Never hand e-mail to a server without TLS. */
  requireTls: boolean
}

/** The identity provider whose tokens are accepted. */
export interface IdentitySettings {
  issuer: string
  audience: string
  jwksUrl: URL
  algorithms: string[]
  /** `at+jwt`: only tokens that say they are access tokens (RFC 9068). */
  tokenType: 'any' | 'at+jwt'
  clockSkewSeconds: number
  /** The claim that equals a member's externalId. */
  memberClaim: string
  /** The claim that names the company. */
  companyClaim: string | undefined
}

/** The environment is not usable; the message names everything that is wrong with it. */
export class UnusableEnvironment extends StartupProblem {
  override name = 'UnusableEnvironment'
  /** One sentence each. */
  readonly problems: string[]

  constructor(problems: string[]) {
    super(
      problems.length === 1
        ? `The configuration is not usable: ${problems[0]}`
        : `The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}

/** Reads the environment once; throws UnusableEnvironment. A variable set to nothing counts as not set. */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const values = readValues(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')))
  const production = values.NODE_ENV === 'production'
  return {
    production,
    port: values.PORT,
    host: values.HOST,
    keepAliveMs: values.KEEP_ALIVE_SECONDS * 1000,
    dataDirectory: values.DATA_DIR,
    keyDirectory: values.KEY_DIR,
    database: {
      url: values.DATABASE_URL,
      ownerUrl: values.DATABASE_OWNER_URL,
      systemUrl: values.DATABASE_SYSTEM_URL,
      poolSize: values.DATABASE_POOL_SIZE,
    },
    redisUrl: values.REDIS_URL,
    publicUrl: values.PUBLIC_URL ?? localUrl(values),
    mail: {
      smtpUrl: values.SMTP_URL === 'disk' ? undefined : values.SMTP_URL,
      from: values.MAIL_FROM ?? 'Colloquy <colloquy@localhost>',
      requireTls: production && values.TRUSTED_NETWORK === 'off',
    },
    seed: values.SEED,
    identity: identityOf(values),
    sockets: {
      socketsPerUser: values.SOCKETS_PER_USER,
      socketsPerAddress: values.SOCKETS_PER_ADDRESS,
      socketMessagesPerSecond: values.SOCKET_MESSAGES_PER_SECOND,
      trustedProxies: values.TRUSTED_PROXIES,
    },
    subscriptionsPerUser: values.SUBSCRIPTIONS_PER_USER,
    metrics: { port: values.METRICS_PORT, token: values.METRICS_TOKEN },
    sendLimitCeiling: values.SEND_LIMIT_CEILING,
    workBudgetPerPerson: values.WORK_BUDGET_PER_PERSON,
    graphiql: values.GRAPHIQL ? values.GRAPHIQL === 'on' : !production,
    // Whoever tries it out is to see the line that says it is ready, not the log around it.
    logLevel: values.LOG_LEVEL ?? (production ? 'info' : 'warn'),
  }
}

/** Tells the mode before the rest is read, for what production rules out whatever else is set. */
export function isProduction(source: NodeJS.ProcessEnv = process.env): boolean {
  return source.NODE_ENV === 'production'
}

function readValues(given: NodeJS.ProcessEnv): Values {
  const parsed = variables.safeParse(given)
  // By name, since a list of several wrong entries is wrong once.
  const wrong = new Map(parsed.error?.issues.map((issue) => [String(issue.path[0]), issue.message]))
  const usable = Object.entries(given).filter(([name]) => !wrong.has(name))
  const values = parsed.data ?? variables.parse(Object.fromEntries(usable))
  const problems = [
    ...[...wrong].map(([name, text]) => `${name} ${text}.`),
    // A wrong value is not missing as well.
    ...problemsOf(values).flatMap(({ variable, text }) =>
      wrong.has(variable) ? [] : [`${variable} ${text}.`],
    ),
  ]
  if (problems.length > 0) throw new UnusableEnvironment(problems)
  return values
}

/** Where a browser on this machine finds the server; one that listens everywhere is also found here. */
function localUrl({ HOST, PORT }: Values): string {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`
}

function identityOf(values: Values): IdentitySettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = values
  if (!issuer || !audience || !jwksUrl) return undefined
  return {
    issuer,
    audience,
    jwksUrl: new URL(jwksUrl),
    algorithms: values.OIDC_ALGORITHMS,
    tokenType: values.OIDC_TOKEN_TYPE,
    clockSkewSeconds: values.OIDC_CLOCK_SKEW_SECONDS,
    memberClaim: values.OIDC_MEMBER_CLAIM,
    companyClaim: values.OIDC_COMPANY_CLAIM,
  }
}
