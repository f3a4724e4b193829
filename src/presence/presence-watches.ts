import type { Logger } from 'pino'
import { Shared } from '../concurrency/shared.ts'
import type { Database } from '../database/database.ts'
import { presenceWatches } from '../metrics/metrics.ts'
import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import { CompanyWatch } from './company-watch.ts'
import type { PresenceStore } from './status.ts'
import type { Watcher } from './watch-delivery.ts'
import { RETURN_MS } from './watch-doubts.ts'

/** The source of the states and the channels of the companies. */
export interface PresenceWatchesOptions {
  readonly database: Database
  readonly channel: EphemeralChannel
  readonly store: PresenceStore
  readonly log: Logger
}

interface OpenWatch {
  watch: CompanyWatch
  opened: Promise<() => void>
}

/** The companies whose presence somebody watches at this process. */
export class PresenceWatches {
  readonly #options: PresenceWatchesOptions
  readonly #watches = new Shared<string, OpenWatch>(
    ({ opened }) => void opened.then((close) => close()).catch(() => {}),
  )
  #comparingAgain: NodeJS.Timeout | undefined
  #state: 'comparing' | 'paused' | 'closed' = 'comparing'

  constructor(options: PresenceWatchesOptions) {
    this.#options = options
  }

  /** Offers the watcher every later change that it may see. The returned function ends this. */
  async add(companyId: string, watcher: Watcher): Promise<() => void> {
    const held = this.#watches.hold(companyId, () => this.#open(companyId))
    const { watchers } = held.value.watch
    try {
      await held.value.opened
    } catch (error) {
      held.release()
      throw error
    }
    watchers.add(watcher)
    presenceWatches.inc()
    return () => {
      if (watchers.delete(watcher)) presenceWatches.dec()
      held.release()
    }
  }

  /** Ends the subscriptions of people in the company who may no longer see presence. */
  recheck(companyId: string): void {
    const held = this.#watches.get(companyId)
    held?.watch.recheck().catch((error) => {
      this.#options.log.warn({ err: error }, 'who may see presence could not be read')
      // The permissions are unknown, so the subscriptions end. Clients subscribe again.
      for (const watcher of [...held.watch.watchers]) watcher.end()
    })
  }

  /** Stops comparisons: without Redis nothing is known about people at other processes, not even that they have gone. */
  pause(): void {
    if (this.#state === 'comparing') this.#state = 'paused'
  }

  /** Compares again, from now on. */
  resume(): void {
    if (this.#state === 'paused') this.#state = 'comparing'
    this.reconcile()
  }

  /** The known times come from the clock of Redis or of this process, and the other clock is used from now on. */
  forgetTimes(): void {
    for (const { watch } of this.#watches.values()) watch.forgetTimes()
  }

  /** Compares all watched states with the store. */
  reconcile(): void {
    if (this.#state !== 'comparing') return
    for (const { watch } of this.#watches.values()) {
      watch
        .reconcile()
        .then((isInDoubt) => isInDoubt && this.#reconcileAgain())
        .catch((error) => this.#options.log.warn({ err: error }, 'presence could not be compared'))
    }
  }

  close(): void {
    this.#state = 'closed'
    clearTimeout(this.#comparingAgain)
  }

  #reconcileAgain(): void {
    if (this.#state === 'closed') return
    this.#comparingAgain ??= setTimeout(() => {
      this.#comparingAgain = undefined
      this.reconcile()
    }, RETURN_MS).unref()
  }

  #open(companyId: string): OpenWatch {
    const { database, store, log } = this.#options
    const watch = new CompanyWatch({ system: database.forSystem(companyId), store, log })
    return { watch, opened: this.#listen(companyId, watch) }
  }

  async #listen(companyId: string, watch: CompanyWatch): Promise<() => void> {
    const unsubscribe = await this.#options.channel.listen(companyId, (message) => {
      if (message.kind === 'presence') watch.receive(message.states)
    })
    await watch.reconcile(true)
    return unsubscribe
  }
}
