import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type ContentEncoding, compress } from '../http/content-encoding.ts'
import { startGraphiql } from './start-graphiql.ts'
import { tabMemory } from './tab-memory.ts'
import { tabStreams } from './tab-streams.ts'

/** A file of the page. */
interface Asset {
  type: 'text/javascript' | 'text/css'
  body: Uint8Array<ArrayBuffer>
  /** The same, compressed once for all who ask. */
  compressed(encoding: ContentEncoding): Promise<Uint8Array<ArrayBuffer>>
}

/** Everything the page loads. */
export interface GraphiqlAssets {
  find(name: string): Asset | undefined
  /** The address of a file, another one for each content, so that browsers may keep it for good. */
  addressOf(name: string): string
}

/** Where the files of the page are served. */
export const assetFolder = '/graphql/graphiql/'

let loading: Promise<GraphiqlAssets> | undefined

/** Reads the page's files on first use: no process needs 9 MB of them that nobody looks at. */
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
    script(`(${startGraphiql})(globalThis, ${tabMemory}, ${tabStreams}, ${JSON.stringify(workers)})`),
  )
  return { find: (name) => files.get(name), addressOf }
}

/** The browser build of graphql-ws, which the package carries but does not export. */
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
