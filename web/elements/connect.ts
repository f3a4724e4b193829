import type { Tier } from '../link/transports.ts'
import { showInTitle } from '../notify/title.ts'
import { watchUse } from '../notify/watch-use.ts'
import { Messaging } from '../store/messaging.ts'
import { createTokenSource, type TokenFunction, tokenFrom } from '../store/token.ts'
import type { ColloquyElement } from './colloquy.ts'

const connected = new Map<unknown, Messaging>()

/** Returns the messaging of the element's person. All elements of a page with the same token share it. */
export function connect(element: ColloquyElement): Messaging {
  const tokenUrl = element.getAttribute('token-url')
  const api = new URL(element.getAttribute('api') ?? '/graphql', import.meta.url).href
  const companyId = element.getAttribute('company-id') ?? undefined
  const key = typeof element.token === 'function' ? element.token : `${tokenUrl} ${api} ${companyId}`
  const known = connected.get(key)
  if (known) return known
  const ask =
    typeof element.token === 'function'
      ? (element.token as TokenFunction)
      : tokenFrom(new URL(tokenUrl ?? '', document.baseURI).href)
  const messaging = new Messaging({
    url: api,
    companyId,
    workerUrl: scriptOf(element, 'worker-url', WORKER_FILE),
    pushWorkerUrl: scriptOf(element, 'push-worker-url', 'push-worker.js'),
    tier: element.getAttribute('link') as Tier | null,
    token: createTokenSource(ask),
  })
  connected.set(key, messaging)
  const { session } = messaging
  session.onSignOut = async (request) =>
    (await import('./other-screens.ts')).stopPush({ options: session.options, request })
  watchUse(session)
  showInTitle(session, element.hasAttribute('favicon-badge'))
  void messaging.start()
  return messaging
}

/** A worker must be of the page's own origin; other hosts serve a script that imports the real one. */
function scriptOf(element: ColloquyElement, attribute: string, file: string): string | null {
  const given = element.getAttribute(attribute)
  if (given) return new URL(given, document.baseURI).href
  const own = new URL(file, import.meta.url)
  return own.origin === location.origin ? own.href : null
}
