import type { IncomingMessage } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { Services } from '../context.ts'
import { acceptedEncoding, type ContentEncoding } from '../http/content-encoding.ts'
import { commonHeaders } from '../http/page-headers.ts'
import { isFromThisMachine } from '../http/this-machine.ts'
import { assetFolder, graphiqlAssets } from './assets.ts'
import type { DemoLink } from './demo-link.ts'
import { graphiqlHeaders, graphiqlPage } from './page.ts'
import { graphiqlSettings } from './settings.ts'

/** A person that GraphiQL is signed in as, with a token of the development issuer. */
export interface DemoUser {
  token: string
  /** The external id of the company to act in, for people with several companies. */
  company: string
}

/** The request as the web server passes it on. */
interface NodeContext {
  req?: IncomingMessage
}

/**
 * Serves GraphiQL to browsers that open /graphql, with all files that it loads. It is signed in as the demo users for
 * browsers on this machine, and for the first visitor with the link.
 */
export function graphiql(
  services: Services,
  demoUsers: () => Promise<DemoUser[]>,
  demoLink?: DemoLink,
): Plugin<object, NodeContext> {
  return {
    async onRequest({ request, url, fetchAPI, endResponse, serverContext }) {
      if (request.method !== 'GET') return
      if (url.pathname.startsWith(assetFolder)) {
        const asset = (await graphiqlAssets()).find(url.pathname.slice(assetFolder.length))
        if (!asset) return
        const encoding = acceptedEncoding(request.headers.get('accept-encoding') ?? undefined)
        const body = encoding ? await asset.compressed(encoding) : asset.body
        endResponse(new fetchAPI.Response(body, { headers: assetHeaders(asset.type, encoding) }))
      } else if (url.pathname === '/graphql' && isNavigation(request)) {
        const address = serverContext?.req?.socket.remoteAddress
        const headerOf = (name: string) => request.headers.get(name) ?? undefined
        const isTrusted = isFromThisMachine(address, headerOf) || demoLink?.use(url.searchParams)
        const settings = await graphiqlSettings(services, isTrusted ? await demoUsers() : [])
        const page = graphiqlPage(await graphiqlAssets(), settings)
        endResponse(new fetchAPI.Response(page, { headers: graphiqlHeaders(url.host) }))
      }
    },
  }
}

/**
 * The page contains tokens. A script of another site must send its origin when it requests the page, and does not get
 * it.
 */
function isNavigation({ headers }: Request): boolean {
  return (headers.get('accept')?.includes('text/html') ?? false) && !headers.has('origin')
}

function assetHeaders(type: string, encoding: ContentEncoding | undefined): Record<string, string> {
  return {
    ...(encoding && { 'content-encoding': encoding }),
    vary: 'accept-encoding',
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'public, max-age=31536000, immutable',
    ...commonHeaders,
  }
}
