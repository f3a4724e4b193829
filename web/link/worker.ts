import { createHub, type Hub } from './hub.ts'
import type { FromHub, ToHub } from './protocol.ts'

// The shared worker: one hub, and so one socket, for all tabs. Its name carries the person, so a hub serves one. Where there
// are no workers, a page imports the same file for its hub.
export { createHub }

interface WorkerScope {
  name: string
  onconnect: ((event: MessageEvent) => void) | null
}

let hub: Hub | undefined

function connect({ ports: [port] }: MessageEvent): void {
  if (!port) return
  let receive: ((message: ToHub) => void) | undefined
  port.onmessage = ({ data }: MessageEvent<ToHub>) => {
    if (data.type !== 'hello') return receive?.(data)
    const { tab, lock, url, companyId } = data
    hub ??= createHub(url, companyId)
    receive = hub.add(tab, (message: FromHub) => port.postMessage(message))
    // A tab holds its lock as long as it lives.
    if (lock) void navigator.locks.request(lock, () => hub?.remove(tab))
  }
  port.start()
}

if ('SharedWorkerGlobalScope' in globalThis) {
  const scope = globalThis as unknown as WorkerScope
  scope.onconnect = connect
  // Pages see by this lock that the worker runs.
  void navigator.locks.request(scope.name, () => new Promise(() => {}))
}
