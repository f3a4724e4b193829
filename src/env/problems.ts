import type { Values } from './variables.ts'

/** The problem of a variable, worded to follow its name. */
export interface Problem {
  variable: keyof Values
  text: string
}

const oidc = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'] as const
const databases = [
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'DATABASE_SYSTEM_URL',
  'DATABASE_REPLICA_URL',
] as const
/** Passwords of examples and images, which attackers try first. */
const knownPasswords = ['postgres', 'password', 'colloquy', 'changeme', 'secret', 'admin', 'root', 'example']

/** Returns settings that contradict each other, are missing, or are unsafe in this mode. */
export function problemsOf(values: Values): Problem[] {
  const production = values.NODE_ENV === 'production'
  return [
    ...identityProblems(values, production),
    ...databaseProblems(values, production),
    ...mailProblems(values, production),
    ...smsProblems(values),
    ...kmsProblems(values),
    ...s3Problems(values),
    ...awsProblems(values, production),
    ...policyProblems(values),
    ...pushProblems(values, production),
    ...(production ? productionProblems(values) : []),
  ]
}

function identityProblems(values: Values, production: boolean): Problem[] {
  const missing = oidc.filter((name) => !values[name])
  const why = production ? 'production does not accept development tokens' : 'they only work together'
  const problems: Problem[] =
    production || missing.length < oidc.length || values.OIDC_CLIENT_ID
      ? missing.map((variable) => ({ variable, text: `is missing: ${why}` }))
      : []
  if (values.OIDC_MEMBER_CLAIM !== 'sub' && !values.OIDC_COMPANY_CLAIM) {
    problems.push({
      variable: 'OIDC_COMPANY_CLAIM',
      text: 'is missing: a member claim other than sub may repeat between companies, so the token itself must name the company',
    })
  }
  return problems
}

function pushProblems({ WEB_PUSH_TEST_ORIGIN }: Values, production: boolean): Problem[] {
  return production && WEB_PUSH_TEST_ORIGIN
    ? [{ variable: 'WEB_PUSH_TEST_ORIGIN', text: 'is for tests: push messages go to public addresses alone' }]
    : []
}

function policyProblems({ POLICY_MODULE, POLICY_URL }: Values): Problem[] {
  return POLICY_MODULE && POLICY_URL
    ? [{ variable: 'POLICY_URL', text: 'is given as well as POLICY_MODULE: give one of them' }]
    : []
}

function databaseProblems(values: Values, production: boolean): Problem[] {
  if (values.DATABASE_URL) return []
  if (production) {
    return [
      { variable: 'DATABASE_URL', text: 'is missing: production does not run on the embedded PostgreSQL' },
    ]
  }
  const given = databases.find((name) => values[name])
  return given ? [{ variable: 'DATABASE_URL', text: `is missing: ${given} needs it` }] : []
}

function mailProblems({ SMTP_URL, MAIL_FROM, PUBLIC_URL }: Values, production: boolean): Problem[] {
  const problems: Problem[] = []
  if (production && !PUBLIC_URL)
    problems.push({ variable: 'PUBLIC_URL', text: 'is missing: the links in e-mail begin with it' })
  else if (production && PUBLIC_URL?.startsWith('http:'))
    problems.push({ variable: 'PUBLIC_URL', text: 'must use https: in production' })
  if (production && !SMTP_URL) {
    problems.push({
      variable: 'SMTP_URL',
      text: 'is missing: give the mail server, or disk to write e-mail into the data directory and send none',
    })
  }
  if (SMTP_URL && SMTP_URL !== 'disk' && !MAIL_FROM)
    problems.push({ variable: 'MAIL_FROM', text: 'is missing: a mail server wants to know who sends' })
  return problems
}

function smsProblems(values: Values): Problem[] {
  if (values.SMS_PROVIDER !== 'twilio') return []
  const needed = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'PUBLIC_URL'] as const
  return needed
    .filter((variable) => !values[variable])
    .map((variable) => ({
      variable,
      text: `is missing: SMS_PROVIDER twilio needs ${variable === 'PUBLIC_URL' ? 'the address that its webhooks are signed for' : 'the account'}`,
    }))
}

function kmsProblems(values: Values): Problem[] {
  if (values.KEY_PROVIDER !== 'aws-kms') return []
  return (['KMS_KEY_ID', 'AWS_REGION'] as const)
    .filter((variable) => !values[variable])
    .map((variable) => ({ variable, text: 'is missing: KEY_PROVIDER aws-kms needs the key and its region' }))
}

function s3Problems(values: Values): Problem[] {
  if (values.FILE_STORE !== 's3') return []
  return (['S3_BUCKET', 'AWS_REGION'] as const)
    .filter((variable) => !values[variable])
    .map((variable) => ({ variable, text: 'is missing: FILE_STORE s3 needs the bucket and its region' }))
}

/** Problems of the access key and of the addresses of KMS and S3. */
function awsProblems(values: Values, production: boolean): Problem[] {
  if (values.KEY_PROVIDER !== 'aws-kms' && values.FILE_STORE !== 's3') return []
  const problems: Problem[] = []
  const pair = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
  const missing = pair.filter((variable) => !values[variable])
  if (missing[0] && missing.length === 1)
    problems.push({
      variable: missing[0],
      text: 'is missing: the id of an access key and its secret only work together',
    })
  if (production && values.KMS_ENDPOINT?.startsWith('http:'))
    problems.push({ variable: 'KMS_ENDPOINT', text: 'must use https: in production' })
  if (production && values.S3_ENDPOINT?.startsWith('http:') && values.TRUSTED_NETWORK === 'off')
    problems.push({
      variable: 'S3_ENDPOINT',
      text: 'must use https: in production, or set TRUSTED_NETWORK=on if nobody else can listen',
    })
  return problems
}

function productionProblems(values: Values): Problem[] {
  const problems: Problem[] = []
  if (!values.DATABASE_SYSTEM_URL)
    problems.push({
      variable: 'DATABASE_SYSTEM_URL',
      text: 'is missing: background work runs as colloquy_system',
    })
  if (!values.KEY_DIR) {
    problems.push({
      variable: 'KEY_DIR',
      text: "is missing: the folder with the companies' secrets, kept apart from the database and its backups",
    })
  }
  if (values.OIDC_JWKS_URL?.startsWith('http:'))
    problems.push({ variable: 'OIDC_JWKS_URL', text: 'must use https: in production' })
  for (const variable of databases) {
    if (hasKnownPassword(values[variable]))
      problems.push({ variable, text: 'has a password that everybody knows: choose another' })
  }
  return values.TRUSTED_NETWORK === 'on' ? problems : [...problems, ...plainTextProblems(values)]
}

/** Database and Redis require TLS unless the network is declared trusted. */
function plainTextProblems(values: Values): Problem[] {
  const otherwise = 'or set TRUSTED_NETWORK=on if nobody else can listen'
  const problems: Problem[] = databases
    .filter((variable) => values[variable] && !isEncrypted(values[variable]))
    .map((variable) => ({
      variable,
      text: `must use TLS in production: add sslmode=verify-full, ${otherwise}`,
    }))
  // The addresses of a cluster have one protocol.
  if (values.REDIS_URL?.startsWith('redis:')) {
    problems.push({
      variable: 'REDIS_URL',
      text: `must use TLS in production: write rediss://, ${otherwise}`,
    })
  }
  return problems
}

function isEncrypted(url: string): boolean {
  const mode = new URL(url).searchParams.get('sslmode')
  return mode === 'require' || mode === 'verify-ca' || mode === 'verify-full'
}

function hasKnownPassword(url: string | undefined): boolean {
  if (!url) return false
  const { username, password } = new URL(url)
  return password !== '' && (knownPasswords.includes(password) || password === username)
}
