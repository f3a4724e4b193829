import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../support/client.ts'

/** A message that the server has acknowledged, by the clock of this process in milliseconds. */
export interface Acknowledged {
  id: string
  body: string
  at: number
}

/** Messages that go one after the other, as a person's would who never stops. */
export interface Traffic {
  readonly acknowledged: readonly Acknowledged[]
  /** Runs `work` between two messages, so that each is before it or after it. */
  between<T>(work: () => Promise<T>): Promise<T>
  /** Ends once the message on its way is answered, or has failed. */
  stop(): Promise<void>
}

const PAUSE_MS = 50

/** Starts to send from one person to another. */
export function startTraffic(from: Client, to: Client): Traffic {
  const acknowledged: Acknowledged[] = []
  const waiting: (() => Promise<void>)[] = []
  let isOver = false

  async function send(): Promise<void> {
    for (let number = 0; !isOver; number += 1) {
      const body = `Live message ${number}`
      try {
        const { id } = await from.say({ recipientId: to.userId }, body)
        acknowledged.push({ id, body, at: Date.now() })
      } catch (error) {
        if (!isOver) throw error
      }
      for (const work of waiting.splice(0)) await work()
      await delay(PAUSE_MS)
    }
  }

  const sending = send()
  sending.catch(() => {})
  return {
    acknowledged,
    between: (work) =>
      new Promise((resolve, reject) => {
        waiting.push(() => work().then(resolve, reject))
        sending.catch(reject)
      }),
    async stop() {
      isOver = true
      await sending
    },
  }
}
