import { type AttachmentSettings, attachmentsOf } from './env/attachments.ts'
import { type AwsCredentials, awsCredentialsOf } from './env/aws-credentials.ts'
import { type MetricsSettings, metricsOf } from './env/metrics.ts'
import { problemsOf } from './env/problems.ts'
import { type PushSettings, pushOf } from './env/push.ts'
import { type SmsEnvironment, smsOf } from './env/sms.ts'
import { type TraceSettings, tracesOf } from './env/traces.ts'
import { type Values, variables } from './env/variables.ts'
import { StartupProblem } from './startup-problem.ts'

/** The parsed and validated settings of the process. */
export interface Environment {
  production: boolean
  port: number
  host: string
  /** Time for which an idle HTTP connection is kept for a proxy. */
  keepAliveMs: number
  dataDirectory: string
  /** The folder of the companies' secrets. Undefined means within the data directory. */
  keyDirectory: string | undefined
  /** The folder of exported files. Undefined: in the data directory. */
  exportDirectory: string | undefined
  /** Files in messages. */
  attachments: AttachmentSettings
  keys: KeySettings
  database: {
    url: string | undefined
    ownerUrl: string | undefined
    systemUrl: string | undefined
    /** A replica that queries may read from. Undefined: there is none. */
    replicaUrl?: string | undefined
    poolSize: number
  }
  /** The policy that takes conversations from people. Undefined means none. */
  policy: PolicySettings | undefined
  /** The address outside that notes of the audit trail are posted to. */
  auditNoteUrl: URL | undefined
  redisUrl: string | undefined
  /** The address that links in e-mails lead to, such as https://chat.example.com, without a slash at the end. */
  publicUrl: string
  mail: MailSettings
  sms: SmsEnvironment
  /** Undefined means that web push is off. */
  push: PushSettings | undefined
  seed: 'demo' | 'none'
  /** Undefined means the development issuer. */
  identity: IdentitySettings | undefined
  sockets: SocketLimits
  /** Maximum number of open subscriptions of one person in this process, over WebSockets and event streams together. */
  subscriptionsPerUser: number
  metrics: MetricsSettings
  /** Undefined means that there are no traces. */
  traces: TraceSettings | undefined
  /** Maximum number of messages per second of one person, whatever the company's limits are. */
  sendLimitCeiling: number
  /** Days that messages are kept where a company has set nothing. 0 means without a limit. */
  retentionDaysDefault: number
  /** Points of query cost per second that one person may use in this process. 0 means no limit. */
  workBudgetPerPerson: number
  /** The same of all people of one company together. */
  workBudgetPerCompany: number
  /** True if GraphiQL and introspection are enabled. */
  graphiql: boolean
  logLevel: string
}

/** The place of the policy: a module of the process, or an address that speaks the protocol of OPA. */
export type PolicySettings = { module: string } | { url: URL }

/** The service that wraps the companies' secrets. */
export interface KeySettings {
  /** Undefined means none: secrets are files. */
  kms: KmsSettings | undefined
}

/** A key of AWS KMS. */
export interface KmsSettings {
  /** The id, ARN or alias of the key. */
  keyId: string
  region: string
  /** Another address of KMS, such as a VPC endpoint. */
  endpoint: string | undefined
  /** Undefined means the default chain of the SDK: files, containers, instances. */
  credentials: AwsCredentials | undefined
}

/** The limits of WebSockets in this process. */
export interface SocketLimits {
  socketsPerUser: number
  /** Maximum number per IPv4 address or IPv6 network. */
  socketsPerAddress: number
  /** Maximum number of messages per second on one socket; twice as many at once after a pause. */
  socketMessagesPerSecond: number
  /** Number of proxies in front of the server whose X-Forwarded-For entries are trusted. */
  trustedProxies: number
}

/** The delivery of e-mail. */
export interface MailSettings {
  /** Undefined means files in the data directory. */
  smtpUrl: string | undefined
  from: string
  /** True if e-mail is never sent to a server without TLS. */
  requireTls: boolean
}

/** The identity provider whose tokens are accepted. */
export interface IdentitySettings {
  issuer: string
  audience: string
  jwksUrl: URL
  algorithms: string[]
  /** `at+jwt` accepts only tokens that declare themselves as access tokens (RFC 9068). */
  tokenType: 'any' | 'at+jwt'
  clockSkewSeconds: number
  /** The claim that contains a member's externalId. */
  memberClaim: string
  /** The claim that names the company. */
  companyClaim: string | undefined
  /** The public client that people sign in with on pages of the server. Undefined: there are no such pages. */
  client?: { id: string; scope: string } | undefined
}

/** Thrown for an invalid environment. The message names all problems. */
export class UnusableEnvironment extends StartupProblem {
  override name = 'UnusableEnvironment'
  /** One sentence per problem. */
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

/** Reads the environment. Throws UnusableEnvironment. An empty variable counts as not set. */
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
    exportDirectory: values.EXPORT_DIR,
    attachments: attachmentsOf(values),
    keys: { kms: kmsOf(values) },
    database: {
      url: values.DATABASE_URL,
      ownerUrl: values.DATABASE_OWNER_URL,
      systemUrl: values.DATABASE_SYSTEM_URL,
      replicaUrl: values.DATABASE_REPLICA_URL,
      poolSize: values.DATABASE_POOL_SIZE,
    },
    policy: policyOf(values),
    auditNoteUrl: values.AUDIT_NOTE_URL ? new URL(values.AUDIT_NOTE_URL) : undefined,
    redisUrl: values.REDIS_URL,
    publicUrl: values.PUBLIC_URL ?? localUrl(values),
    mail: {
      smtpUrl: values.SMTP_URL === 'disk' ? undefined : values.SMTP_URL,
      from: values.MAIL_FROM ?? 'Colloquy <colloquy@localhost>',
      requireTls: production && values.TRUSTED_NETWORK === 'off',
    },
    sms: smsOf(values),
    push: pushOf(values),
    seed: values.SEED,
    identity: identityOf(values),
    sockets: {
      socketsPerUser: values.SOCKETS_PER_USER,
      socketsPerAddress: values.SOCKETS_PER_ADDRESS,
      socketMessagesPerSecond: values.SOCKET_MESSAGES_PER_SECOND,
      trustedProxies: values.TRUSTED_PROXIES,
    },
    subscriptionsPerUser: values.SUBSCRIPTIONS_PER_USER,
    metrics: metricsOf(values),
    traces: tracesOf(values),
    sendLimitCeiling: values.SEND_LIMIT_CEILING,
    retentionDaysDefault: values.RETENTION_DAYS_DEFAULT,
    workBudgetPerPerson: values.WORK_BUDGET_PER_PERSON,
    workBudgetPerCompany: values.WORK_BUDGET_PER_COMPANY,
    graphiql: values.GRAPHIQL ? values.GRAPHIQL === 'on' : !production,
    // In development the line that announces the server should stand out from the log.
    logLevel: values.LOG_LEVEL ?? (production ? 'info' : 'warn'),
  }
}

/** Reads the mode before the other settings, for settings that production never allows. */
export function isProduction(source: NodeJS.ProcessEnv = process.env): boolean {
  return source.NODE_ENV === 'production'
}

function readValues(given: NodeJS.ProcessEnv): Values {
  const parsed = variables.safeParse(given)
  // By name, because a list with several wrong entries is one problem.
  const wrong = new Map(parsed.error?.issues.map((issue) => [String(issue.path[0]), issue.message]))
  const usable = Object.entries(given).filter(([name]) => !wrong.has(name))
  const values = parsed.data ?? variables.parse(Object.fromEntries(usable))
  const problems = [
    ...[...wrong].map(([name, text]) => `${name} ${text}.`),
    // A wrong value must not be reported as missing too.
    ...problemsOf(values).flatMap(({ variable, text }) =>
      wrong.has(variable) ? [] : [`${variable} ${text}.`],
    ),
  ]
  if (problems.length > 0) throw new UnusableEnvironment(problems)
  return values
}

/** The address for a browser on this machine. It also reaches a server that listens on all addresses. */
function localUrl({ HOST, PORT }: Values): string {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`
}

function policyOf({ POLICY_MODULE, POLICY_URL }: Values): PolicySettings | undefined {
  if (POLICY_MODULE) return { module: POLICY_MODULE }
  return POLICY_URL ? { url: new URL(POLICY_URL) } : undefined
}

function kmsOf(values: Values): KmsSettings | undefined {
  const { KEY_PROVIDER, KMS_KEY_ID: keyId, AWS_REGION: region } = values
  if (KEY_PROVIDER !== 'aws-kms' || !keyId || !region) return undefined
  return { keyId, region, endpoint: values.KMS_ENDPOINT, credentials: awsCredentialsOf(values) }
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
    client: values.OIDC_CLIENT_ID ? { id: values.OIDC_CLIENT_ID, scope: values.OIDC_SCOPE } : undefined,
  }
}
