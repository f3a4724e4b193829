import { Outbox } from './outbox.ts'
import { Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'
import type { Thread } from './thread.ts'

/** Everything of one person in this page; all elements of the page share it. */
export class Messaging {
  readonly session: Session
  outbox: Outbox | undefined
  /** The open conversations, and the number of elements that show each. */
  readonly threads = new Map<string, { thread: Thread; holders: number }>()

  constructor(options: SessionOptions) {
    this.session = new Session(options)
    this.session.onReset = () => {
      for (const { thread } of this.threads.values()) thread.open()
    }
    addEventListener('pagehide', () => this.session.pause())
    addEventListener('pageshow', ({ persisted }) => persisted && void this.session.resume())
  }

  /** Signs in and sends what earlier pages have left. */
  async start(): Promise<void> {
    this.session.pause()
    await this.session.start()
    if (!this.session.scope) return
    this.outbox?.close()
    this.outbox = new Outbox(this.session)
    this.outbox.onSent = (message) => this.threads.get(message.conversation.id)?.thread.put(message)
    for (const { thread } of this.threads.values()) thread.open()
  }
}
