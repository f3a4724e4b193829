import type { Hub } from './hub.ts'
import type { OpenTransport, Transport } from './link.ts'
import type { FromHub, ToHub } from './protocol.ts'

/** How a tab shares its socket, best first. */
export type Tier = 'worker' | 'leader' | 'own'

/** The names and addresses that a transport needs. */
export interface TransportOptions {
  /** Identifies server, company and person, who share one hub. */
  scope: string
  tab: string
  url: string
  companyId: string | undefined
  /** The script of the worker, on the origin of the page; null if there is none. */
  workerUrl: string | null
  /** Forces a tier. */
  tier: Tier | null
}

/** A newer page leaves the worker and the leader of older ones alone: the server may speak with them no more. */
const hubOf = (scope: string) => `${scope} ${WORKER_FILE}`

/** True if a worker or another tab has a hub for the scope already, so that it need not be loaded. */
export async function hasHub(scope: string): Promise<boolean> {
  const locks = await navigator.locks?.query()
  return locks?.held?.some(({ name }) => name?.endsWith(hubOf(scope))) ?? false
}

/** Chooses the best way that the browser and the page's policy allow. */
export function chooseTransport(options: TransportOptions): OpenTransport {
  const { tier } = options
  const scope = hubOf(options.scope)
  const hasLocks = navigator.locks !== undefined && typeof BroadcastChannel === 'function'
  if ((tier === null || tier === 'worker') && hasLocks) {
    const worker = openWorker(options.workerUrl, `colloquy ${scope}`)
    if (worker) return workerTransport(worker, leaderTransport({ ...options, scope }))
  }
  if (tier !== 'own' && hasLocks) return leaderTransport({ ...options, scope })
  return ownTransport(options)
}

/** Undefined where the browser has no shared workers that outlive a navigation, or the policy of the page refuses one. */
function openWorker(url: string | null, name: string): SharedWorker | undefined {
  if (!url || typeof SharedWorker !== 'function') return undefined
  try {
    const options = { type: 'module', name, extendedLifetime: true } as WorkerOptions
    return new SharedWorker(scriptUrl(url) as string, options)
  } catch {
    return undefined
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown }
}
let policy: { createScriptURL(url: string): unknown } | undefined

/** Under Trusted Types a worker's address needs a policy; hosts that list policies allow `colloquy`. */
export function scriptUrl(url: string): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  policy ??= trustedTypes?.createPolicy('colloquy', { createScriptURL: (address) => address })
  return policy ? policy.createScriptURL(url) : url
}

/** A policy that forbids the worker, or a script that is missing, tells only by an event: then a tab leads. */
function workerTransport(worker: SharedWorker, fallback: OpenTransport): OpenTransport {
  return (callbacks) => {
    let current: Transport = {
      post: (message) => worker.port.postMessage(message),
      close: () => worker.port.close(),
    }
    let hasSpoken = false
    worker.port.onmessage = ({ data }: MessageEvent<FromHub>) => {
      hasSpoken = true
      callbacks.onMessage(data)
    }
    worker.onerror = () => {
      if (hasSpoken) return
      worker.port.close()
      current = fallback(callbacks)
    }
    worker.port.start()
    queueMicrotask(callbacks.onHub)
    return { post: (message) => current.post(message), close: () => current.close() }
  }
}

/** The hub for this page is in the file of the worker, which the page loads beside its own. */
async function loadHub(url: string, companyId: string | undefined): Promise<Hub> {
  const { createHub } = (await import(
    new URL(WORKER_FILE, import.meta.url).href
  )) as typeof import('./worker.ts')
  return createHub(url, companyId)
}

function ownTransport({ tab, url, companyId }: TransportOptions): OpenTransport {
  return ({ onMessage, onHub }) => {
    let receive: ((message: ToHub) => void) | undefined
    let hub: Hub | undefined
    let isClosed = false
    void loadHub(url, companyId).then((loaded) => {
      if (isClosed) return
      hub = loaded
      receive = hub.add(tab, onMessage)
      onHub()
    })
    return {
      post: (message) => receive?.(message),
      close() {
        isClosed = true
        hub?.close()
      },
    }
  }
}

interface Envelope {
  to: string
  from: string
  body: ToHub | FromHub | { type: 'hub' }
}

const HUB = 'hub'

/** One tab holds a lock and with it the hub; the others reach it over a channel. */
function leaderTransport({ scope, tab, url, companyId }: TransportOptions): OpenTransport {
  return ({ onMessage, onHub }) => {
    const channel = new BroadcastChannel(`colloquy ${scope}`)
    const send = (to: string, body: Envelope['body']) => channel.postMessage({ to, from: tab, body })
    const leading = new AbortController()
    let own: ((message: ToHub) => void) | undefined
    let takeFromTab: ((from: string, message: ToHub) => void) | undefined

    async function lead(): Promise<void> {
      const hub = await loadHub(url, companyId)
      const tabs = new Map<string, (message: ToHub) => void>()
      own = hub.add(tab, onMessage)
      takeFromTab = (from, message) => {
        if (message.type === 'hello') {
          tabs.set(
            from,
            hub.add(from, (answer) => send(from, answer)),
          )
          if (message.lock) void navigator.locks.request(message.lock, () => hub.remove(from))
        } else tabs.get(from)?.(message)
      }
      send('*', { type: 'hub' })
      onHub()
      await new Promise((resolve) => leading.signal.addEventListener('abort', resolve))
      takeFromTab = undefined
      hub.close()
    }

    channel.onmessage = ({ data }: MessageEvent<Envelope>) => {
      if (data.to === '*') onHub()
      else if (data.to === tab) onMessage(data.body as FromHub)
      else if (data.to === HUB) takeFromTab?.(data.from, data.body as ToHub)
    }
    navigator.locks.request(`colloquy hub ${scope}`, { signal: leading.signal }, lead).catch(() => {})
    queueMicrotask(onHub)
    return {
      post: (message) => (own ? own(message) : send(HUB, message)),
      close() {
        leading.abort()
        channel.close()
      },
    }
  }
}
