import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { WebSocket } from 'ws'

/** The instructions of a process that listens. */
export interface ListenOrder {
  /** Each person's sockets are spread over these. */
  urls: string[]
  sockets: number
  /** The people, who have as many sockets each. */
  tokens: string[]
  query: string
  variables: object
  /** The cursors after which the people begin; by default all begin now. */
  cursors?: string[]
}

/** The messages that a listening process has received since it was told to begin anew. Times in milliseconds. */
export interface Heard {
  got: number
  /** Messages left out between two that came; those missing at the end are known to the sender only. */
  gaps: number
  duplicates: number
  outOfOrder: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  p999Ms: number
  cpuMs: number
  /** Time from beginning anew, or from the order, to the last message. */
  lastMs: number
}

/** The commands that the process takes. */
export type Command = 'report' | 'anew' | 'cut'

const ABREAST = 50
const ABREAST_AFTER_CUT = 400
const RETRY_MS = 50

/** Opens the sockets of an order in this process, and answers each command with the messages received so far. */
export async function listenInThisProcess(): Promise<void> {
  const order = await new Promise<ListenOrder>((resolve) => process.once('message', resolve))
  const tally = new Tally()
  tally.beginAnew()
  const ears = Array.from({ length: order.sockets }, (_, at) => new Ear(order, at, tally))
  await openAll(ears, ABREAST)
  process.send?.(tally.report())
  process.on('message', async (command: Command) => {
    if (command === 'anew') tally.beginAnew()
    if (command === 'cut') {
      for (const ear of ears) ear.cut()
      await openAll(ears, ABREAST_AFTER_CUT)
    }
    process.send?.(tally.report())
  })
}

async function openAll(ears: Ear[], abreast: number): Promise<void> {
  const rest = [...ears]
  await Promise.all(
    Array.from({ length: abreast }, async () => {
      for (let ear = rest.pop(); ear; ear = rest.pop()) await ear.open()
    }),
  )
}

/** The counts of all sockets of the process. */
class Tally {
  got = 0
  gaps = 0
  duplicates = 0
  outOfOrder = 0
  lastMs = 0
  #startedAt = performance.now()
  #latencies: RecordableHistogram = createHistogram()
  #began = process.cpuUsage()

  beginAnew(): void {
    Object.assign(this, { got: 0, gaps: 0, duplicates: 0, outOfOrder: 0, lastMs: 0 })
    this.#startedAt = performance.now()
    this.#latencies.reset()
    this.#began = process.cpuUsage()
  }

  /** The body of each message begins with the time at which its sending was due. */
  noteSent(atMs: number): void {
    this.lastMs = performance.now() - this.#startedAt
    this.#latencies.record(Math.max(1, Date.now() - atMs))
  }

  report(): Heard {
    const { got, gaps, duplicates, outOfOrder, lastMs } = this
    const { user, system } = process.cpuUsage(this.#began)
    const at = (percent: number) => (got === 0 ? 0 : this.#latencies.percentile(percent))
    return {
      got,
      gaps,
      duplicates,
      outOfOrder,
      p50Ms: at(50),
      p95Ms: at(95),
      p99Ms: at(99),
      p999Ms: at(99.9),
      cpuMs: (user + system) / 1000,
      lastMs,
    }
  }
}

/** One socket with one subscription, which it resumes after its last cursor when it is opened again. */
class Ear {
  readonly #order: ListenOrder
  readonly #at: number
  readonly #tally: Tally
  /** The last sequence number by conversation. */
  readonly #last = new Map<string, number>()
  #cursor: string | undefined
  #socket: WebSocket | undefined

  constructor(order: ListenOrder, at: number, tally: Tally) {
    this.#order = order
    this.#at = at
    this.#tally = tally
    this.#cursor = order.cursors?.[at % order.tokens.length]
  }

  cut(): void {
    this.#socket?.terminate()
  }

  /** Resolves when the subscription was asked for. A socket that cannot be opened is opened again. */
  async open(): Promise<void> {
    while (!(await this.#openOnce())) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }

  #openOnce(): Promise<boolean> {
    const { urls, tokens } = this.#order
    const url = urls[Math.floor(this.#at / tokens.length) % urls.length] ?? ''
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false })
    this.#socket = socket
    const payload = { authorization: `Bearer ${tokens[this.#at % tokens.length]}` }
    return new Promise((resolve) => {
      socket.on('error', () => resolve(false))
      socket.on('close', () => resolve(false))
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })))
      socket.on('message', (data) => {
        const text = String(data)
        if (text.includes('"next"')) this.#hear(text)
        else if (text.includes('"ping"')) socket.send('{"type":"pong"}')
        else if (text.includes('connection_ack')) {
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: this.#subscription() }))
          resolve(true)
        }
      })
    })
  }

  #subscription(): object {
    const { query, variables } = this.#order
    return { query, variables: { ...variables, after: this.#cursor } }
  }

  #hear(text: string): void {
    const seq = Number(/"seq":(\d+)/.exec(text)?.[1])
    if (!seq) return
    this.#cursor = /"cursor":"([^"]+)/.exec(text)?.[1] ?? this.#cursor
    const conversation = /"conversation":\{"id":"([^"]+)/.exec(text)?.[1] ?? ''
    const last = this.#last.get(conversation)
    this.#tally.got += 1
    this.#tally.noteSent(Number(/"body":"(\d+)/.exec(text)?.[1] ?? Date.now()))
    if (last !== undefined && seq === last) this.#tally.duplicates += 1
    else if (last !== undefined && seq < last) this.#tally.outOfOrder += 1
    else {
      if (last !== undefined) this.#tally.gaps += seq - last - 1
      this.#last.set(conversation, seq)
    }
  }
}
