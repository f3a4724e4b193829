import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

const INSPECTOR = 'http://127.0.0.1:9229/json'
const COLLECTIONS = 3

/** The memory of a server process. */
export interface Memory {
  /** Live objects, after garbage was collected. */
  heapBytes: number
  /** The process as the operating system sees it, with what waits for collection. */
  residentBytes: number
}

/** The memory of a server process, measured by its inspector. */
export interface Heap extends AsyncDisposable {
  settled(): Promise<Memory>
}

/** Attaches to a Node process. One process of the machine can be inspected at a time. */
export async function openHeap(pid: number): Promise<Heap> {
  process.kill(pid, 'SIGUSR1')
  const inspector = await attach()
  let calls = 0
  async function call(method: string, params: object = {}): Promise<Reply> {
    calls += 1
    const id = calls
    const answer = new Promise<Reply>((resolve) => {
      const hear = (data: unknown) => {
        const reply = JSON.parse(String(data))
        if (reply.id !== id) return
        inspector.off('message', hear)
        resolve(reply.result ?? {})
      }
      inspector.on('message', hear)
    })
    inspector.send(JSON.stringify({ id, method, params }))
    return answer
  }
  return {
    async settled() {
      const residentBytes = await residentBytesOf(pid)
      for (let at = 0; at < COLLECTIONS; at += 1) await call('HeapProfiler.collectGarbage')
      const expression = 'process.memoryUsage().heapUsed + process.memoryUsage().external'
      const { result } = await call('Runtime.evaluate', { expression })
      return { heapBytes: Number(result?.value ?? 0), residentBytes }
    },
    async [Symbol.asyncDispose]() {
      inspector.close()
    },
  }
}

interface Reply {
  result?: { value: unknown }
}

async function attach(): Promise<WebSocket> {
  for (;;) {
    const targets = await fetch(INSPECTOR).then(
      (response) => response.json() as Promise<{ webSocketDebuggerUrl: string }[]>,
      () => [],
    )
    const [target] = targets
    if (target) {
      const socket = new WebSocket(target.webSocketDebuggerUrl)
      await new Promise((resolve) => socket.once('open', resolve))
      return socket
    }
    await sleep(100)
  }
}

async function residentBytesOf(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
