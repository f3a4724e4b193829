/** The headers of all that our pages consist of. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * The headers of a page of ours. Its content security policy runs our own files, connects to our own server and lets nobody
 * frame the page; `rules` are added, or replace rules of the same name. Not every browser includes WebSockets in 'self'.
 */
export function pageHeaders(host: string, rules: Record<string, string>): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'worker-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': `'self' ws://${host} wss://${host}`,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...rules,
  }
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': Object.entries(policy)
      .map((rule) => rule.join(' '))
      .join('; '),
    'cache-control': 'no-store',
    ...commonHeaders,
  }
}
