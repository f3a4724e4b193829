import type { IncomingHttpHeaders } from 'node:http'
import { getCORSHeadersByRequestAndOptions } from '@whatwg-node/server'

/** As long as browsers keep it at the most. */
const PREFLIGHT_SECONDS = 86_400

/** Every client brings a token, so any page may ask; nothing that a browser adds by itself means anything here. */
export const corsOptions = { credentials: false as const, maxAge: PREFLIGHT_SECONDS }

/** Headers for the browser that runs a page of another origin; none for others. */
export function corsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  if (headers.origin === undefined) return {}
  const request = { headers: { get: (name: string) => headers[name] ?? null } }
  // It reads single headers and nothing else.
  return getCORSHeadersByRequestAndOptions(request as unknown as Request, corsOptions) ?? {}
}
