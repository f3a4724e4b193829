import { z } from 'zod'
import { decodeId } from '../ids.ts'
import { signingAlgorithms } from './signing-algorithms.ts'

const algorithms = z.enum(signingAlgorithms, {
  error: `must be a list from ${signingAlgorithms.join(', ')}`,
})

/** All variables that the process reads, with their defaults. Messages about wrong values do not repeat the values. */
export const variables = z.object({
  NODE_ENV: oneOf('development', 'test', 'production').default('development'),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  KEEP_ALIVE_SECONDS: wholeNumber(1, 3_600).default(72),
  DATA_DIR: z.string().default('.colloquy'),
  DATABASE_URL: postgresUrl().optional(),
  DATABASE_OWNER_URL: postgresUrl().optional(),
  DATABASE_SYSTEM_URL: postgresUrl().optional(),
  DATABASE_REPLICA_URL: postgresUrl().optional(),
  DATABASE_POOL_SIZE: wholeNumber(2, 500).default(20),
  REDIS_URL: redisUrls().optional(),
  KEY_DIR: z.string().optional(),
  AUDIT_NOTE_URL: url(/^https?$/, 'https://notes.example.com/colloquy').optional(),
  EXPORT_DIR: z.string().optional(),
  FILE_STORE: oneOf('disk', 's3').default('disk'),
  FILE_DIR: z.string().optional(),
  S3_BUCKET: z.string().optional(),
  S3_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*\/?$/, {
      error: 'must be a beginning of names such as colloquy/, of letters, digits and . _ - alone',
    })
    .transform((prefix) => (prefix.endsWith('/') ? prefix : `${prefix}/`))
    .optional(),
  S3_ENDPOINT: url(/^https?$/, 'https://minio.example.com').optional(),
  S3_PATH_STYLE: oneOf('on', 'off').optional(),
  FILE_MAX_MB: wholeNumber(1, 2_047).default(100),
  FILE_QUOTA_MB: wholeNumber(1, 999_999_999).default(10_240),
  FILE_TYPES: mediaTypes().optional(),
  CLAMD_URL: url(/^tcp$/, 'tcp://127.0.0.1:3310').optional(),
  POLICY_MODULE: z.string().optional(),
  POLICY_URL: url(/^https?$/, 'http://127.0.0.1:8181/v1/data/colloquy/allow').optional(),
  KEY_PROVIDER: oneOf('local', 'aws-kms').default('local'),
  KMS_KEY_ID: z.string().optional(),
  KMS_ENDPOINT: url(/^https?$/, 'https://kms.eu-central-1.amazonaws.com').optional(),
  AWS_REGION: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  TRUSTED_NETWORK: oneOf('on', 'off').default('off'),
  PUBLIC_URL: publicUrl().optional(),
  SMTP_URL: smtpUrl().optional(),
  MAIL_FROM: z
    .string()
    .regex(/^([^<>"\p{Cc}]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u, {
      error: 'must be an address such as Colloquy <colloquy@example.com>',
    })
    .optional(),
  SMS_PROVIDER: oneOf('disk', 'twilio').default('disk'),
  SMS_FROM: phone().optional(),
  SMS_SEGMENT_PRICE: z
    .string()
    .regex(/^\d{1,4}(\.\d{1,6})? [A-Z]{3}$/, {
      error: 'must be an amount and a currency, such as 0.0079 USD',
    })
    .optional(),
  SMS_HELP_BUSINESS: z.string().optional(),
  SMS_HELP_PURPOSE: z.string().optional(),
  SMS_HELP_PHONE: z.string().optional(),
  SMS_HELP_EMAIL: z.string().optional(),
  SMS_HELP_WEBSITE: z.string().optional(),
  SMS_HELP_DISCLAIMER: z.string().optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, { error: 'must be AC and 32 hexadecimal digits' })
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM: phone().optional(),
  TWILIO_API_URL: url(/^https?$/, 'https://api.twilio.com').optional(),
  WEB_PUSH: oneOf('on', 'off').default('on'),
  WEB_PUSH_PRIVATE_KEY: z
    .string()
    .regex(/^[\w-]{43}=?$/, { error: 'must be 32 bytes in base64url, a private key of P-256' })
    .optional(),
  WEB_PUSH_SUBJECT: z
    .string()
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, {
      error: 'must be an address such as mailto:operator@example.com',
    })
    .optional(),
  WEB_PUSH_TEST_ORIGIN: url(/^https?$/, 'http://127.0.0.1:9000').optional(),
  SEED: oneOf('demo', 'none').default('demo'),
  OIDC_ISSUER: z.string().optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_JWKS_URL: url(/^https?$/, 'https://issuer.example/jwks').optional(),
  OIDC_ALGORITHMS: z
    .string()
    .default('RS256,ES256,EdDSA')
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(algorithms)),
  OIDC_TOKEN_TYPE: oneOf('any', 'at+jwt').default('any'),
  OIDC_CLOCK_SKEW_SECONDS: wholeNumber(0, 300).default(30),
  OIDC_MEMBER_CLAIM: z.string().default('sub'),
  OIDC_COMPANY_CLAIM: z.string().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_SCOPE: z.string().default('openid'),
  SOCKETS_PER_USER: wholeNumber(1, 1_000_000).default(2_000),
  SOCKETS_PER_ADDRESS: wholeNumber(1, 1_000_000).default(20_000),
  SOCKET_MESSAGES_PER_SECOND: wholeNumber(1, 1_000_000).default(1_000),
  SUBSCRIPTIONS_PER_USER: wholeNumber(1, 1_000_000).default(10_000),
  SEND_LIMIT_CEILING: wholeNumber(1, 1_000_000).default(100),
  RETENTION_DAYS_DEFAULT: wholeNumber(0, 36_500).default(0),
  WORK_BUDGET_PER_PERSON: wholeNumber(0, 999_999_999).default(20_000),
  WORK_BUDGET_PER_COMPANY: wholeNumber(0, 999_999_999).default(0),
  TRUSTED_PROXIES: wholeNumber(0, 10).default(0),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  METRICS_COMPANIES: companies().default([]),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]{16,}$/, {
      error: 'must have 16 characters or more, letters, digits and . _ ~ + / = - alone',
    })
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://127.0.0.1:4318').optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers().default({}),
  OTEL_SERVICE_NAME: z.string().default('colloquy'),
  OTEL_TRACES_SAMPLER_ARG: ratio().default(1),
  GRAPHIQL: oneOf('on', 'off').optional(),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').optional(),
})

/** The variables as parsed. */
export type Values = z.output<typeof variables>

function oneOf<const Names extends readonly [string, ...string[]]>(...names: Names) {
  return z.enum(names, { error: `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}` })
}

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }))
}

function postgresUrl() {
  return url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/colloquy')
}

/** One server, or several of a cluster, which are reached with the same user, password and protocol. */
function redisUrls() {
  const error =
    'must be a URL such as rediss://user:password@host:6379, or several of a cluster, alike but for host and port, with commas between them'
  const one = z.url({ protocol: /^rediss?$/, hostname: /./ })
  return z
    .string()
    .transform((list) => list.split(',').map((address) => address.trim()))
    .refine((list) => list.every((address) => one.safeParse(address).success), { error, abort: true })
    .refine((list) => new Set(list.map(withoutPlace)).size === 1, { error })
    .transform((list) => list.join(','))
}

function withoutPlace(address: string): string {
  const { protocol, username, password } = new URL(address)
  return `${protocol}${username}:${password}`
}

/** A base address for paths, without the slash at its end. */
function publicUrl() {
  const error = 'must be a URL such as https://chat.example.com, without query and fragment'
  return z
    .url({ protocol: /^https?$/, error, abort: true })
    .refine((value) => !/[?#@]/.test(value), { error })
    .transform((value) => value.replace(/\/+$/, ''))
}

/** A list such as `image/*,application/pdf`. */
function mediaTypes() {
  const error = 'must be a list of media types such as image/*,application/pdf'
  return z
    .string()
    .transform((list) => list.split(',').map((type) => type.trim().toLowerCase()))
    .pipe(z.array(z.string().regex(/^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/, { error }), { error }))
}

/** A list of ids of companies, as the API gives them. */
function companies() {
  const error = "must be a list of at most 50 companies' ids, as `company` prints them"
  return z
    .string()
    .transform((list) => list.split(',').map((id) => id.trim()))
    .pipe(z.array(z.string().refine((id) => decodeId(id)?.type === 'Company', { error })).max(50, { error }))
}

/** A list such as `authorization=Bearer%20abc,x-team=chat`. */
function headers() {
  const error = 'must be a list such as authorization=Bearer%20abc,x-team=chat'
  return z
    .string()
    .regex(/^[\w-]+=[^,=\s]+(,[\w-]+=[^,=\s]+)*$/, { error, abort: true })
    .refine((list) => !/%(?![0-9a-f]{2})/i.test(list), { error, abort: true })
    .transform((list) =>
      Object.fromEntries(
        list.split(',').map((pair) => {
          const [name = '', value = ''] = pair.split('=')
          return [name.toLowerCase(), decodeURIComponent(value)]
        }),
      ),
    )
}

function ratio() {
  const error = 'must be a number from 0 to 1, such as 0.1'
  return z
    .string()
    .regex(/^(0|1|0?\.\d{1,6}|1\.0{1,6})$/, { error })
    .transform(Number)
}

function phone() {
  return z.string().regex(/^\+[1-9]\d{6,14}$/, { error: 'must be a phone number such as +14155550123' })
}

function smtpUrl() {
  const error = 'must be a URL such as smtp://user:password@host:587, or disk'
  const smtp = z.url({ protocol: /^smtps?$/, hostname: /./ })
  return z.string().refine((value) => value === 'disk' || smtp.safeParse(value).success, { error })
}

function url(protocol: RegExp, example: string) {
  return z.url({ protocol, error: `must be a URL such as ${example}` })
}
