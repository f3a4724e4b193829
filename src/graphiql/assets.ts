import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type ContentEncoding, compress } from '../http/content-encoding.ts'
import { GraphiqlStart } from './start-graphiql.ts'
import { TabMemory } from './tab-memory.ts'
import { TabStreams } from './tab-streams.ts'

/** A file of the page. */
interface Asset {
  type: 'text/javascript' | 'text/css'
  body: Uint8Array<ArrayBuffer>
  /** Returns the compressed file, which is compressed once for all requests. */
  compressed(encoding: ContentEncoding): Promise<Uint8Array<ArrayBuffer>>
}

/** All files that the page loads. */
export interface GraphiqlAssets {
  find(name: string): Asset | undefined
  /** Returns the address of a file. It changes with the content, so that browsers may cache it for ever. */
  addressOf(name: string): string
}

/** The path of the page's files. */
export const assetFolder = '/graphql/graphiql/'

let loading: Promise<GraphiqlAssets> | undefined

/** Reads the page's files on first use, because they take 9 MB that most processes never need. */
export function graphiqlAssets(): Promise<GraphiqlAssets> {
  loading ??= load()
  return loading
}

async function load(): Promise<GraphiqlAssets> {
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql')
  const files = new Map([
    ['graphiql.css', style(graphiql.css)],
    ['graphiql.js', script(graphiql.js)],
    ['graphql-ws.js', script(await webSocketClient())],
    ['editor-worker.js', script(graphiql.editorWorkerService)],
    ['json-worker.js', script(graphiql.jsonWorker)],
    ['graphql-worker.js', script(graphiql.graphqlWorker)],
  ])
  const addressOf = (name: string) => `${assetFolder}${name}?${digest(files.get(name))}`
  const workers = {
    editorWorkerService: addressOf('editor-worker.js'),
    json: addressOf('json-worker.js'),
    graphql: addressOf('graphql-worker.js'),
  }
  files.set(
    'start.js',
    script(
      `new (${GraphiqlStart})(globalThis, ${TabStreams}).show(${TabMemory}, ${JSON.stringify(workers)})`,
    ),
  )
  return { find: (name) => files.get(name), addressOf }
}

/** Returns the browser build of graphql-ws, which its package contains but does not export. */
function webSocketClient(): Promise<string> {
  const { resolve } = createRequire(import.meta.url)
  return readFile(join(dirname(resolve('graphql-ws/package.json')), 'umd', 'graphql-ws.min.js'), 'utf8')
}

function digest(asset: Asset | undefined): string {
  return createHash('sha256')
    .update(asset?.body ?? '')
    .digest('base64url')
    .slice(0, 16)
}

function script(body: string): Asset {
  return asset('text/javascript', body)
}

function style(body: string): Asset {
  return asset('text/css', body)
}

function asset(type: Asset['type'], text: string): Asset {
  const body = new TextEncoder().encode(text)
  const encoded = new Map<ContentEncoding, Promise<Uint8Array<ArrayBuffer>>>()
  return {
    type,
    body,
    compressed(encoding) {
      const compressing = encoded.get(encoding) ?? compress(body, encoding).then((all) => new Uint8Array(all))
      encoded.set(encoding, compressing)
      return compressing
    },
  }
}
