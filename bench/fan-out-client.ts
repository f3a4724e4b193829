import { WebSocket } from 'ws'

/** The instructions of the listening process. */
export interface FanOutOrder {
  url: string
  sockets: number
  tokens: string[]
  query: string
  variables: object
}

/** The messages that it has received so far. */
export interface Heard {
  ready: number
  got: number
  lost: number
  duplicates: number
  outOfOrder: number
  latenciesMs: number[]
  cpuMs: number
}

const ABREAST = 50

/**
 * Opens the sockets of an order in a separate process, and answers each message to it with the number of messages
 * received.
 */
export async function listenInThisProcess(): Promise<void> {
  const order = await new Promise<FanOutOrder>((resolve) => process.once('message', resolve))
  const latenciesMs: number[] = []
  const seqs: number[][] = []
  let ready = 0
  let started = process.cpuUsage()

  function open(at: number): Promise<void> {
    const socket = new WebSocket(order.url, 'graphql-transport-ws', { perMessageDeflate: false })
    const heard: number[] = []
    seqs.push(heard)
    const token = order.tokens[at % order.tokens.length]
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () =>
        socket.send(
          JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
        ),
      )
      socket.on('message', (data) => {
        const text = String(data)
        if (text.includes('"next"')) {
          const [, seq] = /"seq":(\d+)/.exec(text) ?? []
          const [, sentAt] = /"body":"(\d+)/.exec(text) ?? []
          if (seq) heard.push(Number(seq))
          if (sentAt) latenciesMs.push(Date.now() - Number(sentAt))
        } else if (text.includes('connection_ack')) {
          const { query, variables } = order
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }))
          ready += 1
          resolve()
        } else if (text.includes('"ping"')) socket.send('{"type":"pong"}')
      })
    })
  }

  function report(): Heard {
    const { user, system } = process.cpuUsage(started)
    const max = Math.max(0, ...seqs.map((each) => each.at(-1) ?? 0))
    return {
      ready,
      got: sum(seqs, (each) => each.length),
      lost: sum(seqs, (each) => max - new Set(each).size),
      duplicates: sum(seqs, (each) => each.length - new Set(each).size),
      outOfOrder: sum(seqs, (each) => each.filter((seq, at) => at > 0 && seq < (each[at - 1] ?? 0)).length),
      latenciesMs,
      cpuMs: (user + system) / 1000,
    }
  }

  for (let at = 0; at < order.sockets; at += ABREAST)
    await Promise.all(
      Array.from({ length: Math.min(ABREAST, order.sockets - at) }, (_, offset) => open(at + offset)),
    )
  started = process.cpuUsage()
  process.send?.(report())
  process.on('message', () => process.send?.(report()))
}

function sum<Each>(list: Each[], of: (each: Each) => number): number {
  return list.reduce((total, each) => total + of(each), 0)
}
