import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { acceptedEncoding } from '../http/content-encoding.ts'
import { requestPath } from '../http/request-target.ts'

/** The path of the files for browsers. */
export const UI_PATH = '/ui/'

/** A built file. */
interface Asset {
  etag: string
  body: Buffer
  br: Buffer
  gzip: Buffer
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' }
const NAME = /^[\w-]+\.(js|css)$/
/** Names that carry a hash of the content. */
const IMMUTABLE = /-[A-Z0-9]{8}\.js$/

const loaded = new Map<string, Promise<Asset | undefined>>()

/** Answers requests for the elements of pages: the loader, its chunks and the worker. */
export async function answerWebAsset(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'OPTIONS') return void response.writeHead(204, commonHeaders).end()
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return void response.writeHead(405, { ...commonHeaders, allow: 'GET, HEAD' }).end()
  }
  const name = requestPath(request).slice(UI_PATH.length)
  const asset = NAME.test(name) ? await find(name) : undefined
  if (!asset) {
    const headers = { ...commonHeaders, 'content-type': 'text/plain', 'cache-control': 'no-store' }
    return void response.writeHead(404, headers).end('There is no such file: npm run build makes them.')
  }
  const encoding = acceptedEncoding(request.headers['accept-encoding'])
  const headers = {
    ...commonHeaders,
    'content-type': `${TYPES[name.slice(name.lastIndexOf('.') + 1)]}; charset=utf-8`,
    'cache-control': IMMUTABLE.test(name) ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
    vary: 'accept-encoding',
    etag: asset.etag,
  }
  if (request.headers['if-none-match']?.includes(asset.etag))
    return void response.writeHead(304, headers).end()
  const body = encoding === undefined ? asset.body : encoding === 'br' ? asset.br : asset.gzip
  response.writeHead(200, {
    ...headers,
    ...(encoding && { 'content-encoding': encoding }),
    'content-length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Pages of every origin may load the files, which hold no secret. */
const commonHeaders = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
}

/** Files with a hash never change, and are remembered; the others are read again, so that a new build shows at once. */
function find(name: string): Promise<Asset | undefined> {
  const known = loaded.get(name)
  if (known) return known
  const loading = load(name)
  if (IMMUTABLE.test(name)) {
    loaded.set(name, loading)
    void loading.then((asset) => asset ?? loaded.delete(name))
  }
  return loading
}

async function load(name: string): Promise<Asset | undefined> {
  const path = join(webDirectory(), name)
  try {
    const [body, br, gzip] = await Promise.all(
      [path, `${path}.br`, `${path}.gz`].map((file) => readFile(file)),
    )
    if (!body || !br || !gzip) return undefined
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    return { etag, body, br, gzip }
  } catch {
    return undefined
  }
}

function webDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory) {
    directory = dirname(directory)
  }
  return join(directory, 'dist/web')
}
