import type { Logger } from 'pino'
import { InTurn } from '../concurrency/in-turn.ts'
import { startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Database } from '../database/database.ts'
import type { Keyring } from '../encryption/keyring.ts'
import type { RequestOrigin } from '../http/request-origin.ts'
import { reasonOf } from '../reason.ts'
import { findActOf } from './find-act.ts'
import type { Origins } from './origins.ts'
import { recordActNow } from './record-act.ts'

/** Something that a person was refused. */
export interface Denial {
  companyId: string
  userId: string | null
  kind: 'permission.denied' | 'sign_in.refused'
  /** The missing permission, or another short word for the reason. Refusals of a person for one reason are folded. */
  reason: string
  /** The field that was asked for. */
  field?: string
  origin: RequestOrigin | undefined
}

/** The dependencies of the record of refusals. */
export interface RefusalOptions {
  database: Pick<Database, 'forSystem'>
  keyring: Keyring
  origins: Origins
  log: Logger
}

interface Folded {
  refusal: Denial
  count: number
  since: number
}

/** The refusals of a company: those that are known, and the writing of them, one after another as the trail has them. */
interface Company {
  known: Map<string, Folded>
  recording: InTurn
}

const EVERY_MS = 60_000
/** Number of different refusals of a company that are told apart in a minute. Others are counted together. */
const MAX_PER_COMPANY = 100

/**
 * Records what people are refused: the first time at once, and then as a number, so that a flood makes no flood of
 * events.
 */
export class Refusals {
  readonly #options: RefusalOptions
  readonly #companies = new Map<string, Company>()
  readonly #task = startPeriodicTask(() => this.flush(), { everyMs: EVERY_MS })

  constructor(options: RefusalOptions) {
    this.#options = options
  }

  add(refusal: Denial): void {
    const { companyId, userId, kind, reason } = refusal
    const company = this.#companyOf(companyId)
    const { known } = company
    const name = `${kind} ${reason} ${userId}`
    const isOther = !known.has(name) && known.size >= MAX_PER_COMPANY
    const folded = known.get(isOther ? kind : name)
    if (folded) {
      folded.count += 1
      return
    }
    const first = isOther ? { companyId, userId: null, kind, reason: 'several', origin: undefined } : refusal
    known.set(isOther ? kind : name, { refusal: first, count: 0, since: Date.now() })
    this.#record(company, first, 1)
  }

  /** Records the numbers now, and waits for all that is being recorded. */
  async flush(): Promise<void> {
    const all = [...this.#companies.values()]
    for (const [companyId, company] of this.#companies) {
      this.#recordCounts(company)
      if (company.known.size === 0) this.#companies.delete(companyId)
    }
    await Promise.all(all.map(({ recording }) => recording.run(async () => {})))
  }

  async close(): Promise<void> {
    await this.#task.stop()
    await this.flush()
  }

  #companyOf(companyId: string): Company {
    const company = this.#companies.get(companyId) ?? { known: new Map(), recording: new InTurn() }
    this.#companies.set(companyId, company)
    return company
  }

  /** Forgets the refusals that did not happen again since the last time. */
  #recordCounts(company: Company): void {
    for (const [name, folded] of company.known) {
      if (folded.count === 0) company.known.delete(name)
      else {
        this.#record(company, folded.refusal, folded.count, folded.since)
        folded.count = 0
        folded.since = Date.now()
      }
    }
  }

  #record({ recording }: Company, refusal: Denial, count: number, since?: number): void {
    const { database, keyring, origins, log } = this.#options
    const { companyId, userId, kind, reason, field, origin } = refusal
    const keys = () => keyring.forCompany(companyId)
    const act = findActOf({ companyId, userId, origins, keys, origin: () => origin })
    const detail = {
      reason,
      count,
      ...(field !== undefined && { field }),
      ...(since !== undefined && { since: new Date(since).toISOString() }),
    }
    recording
      .run(() => recordActNow(database.forSystem(companyId, act), { kind, objectId: userId, detail }))
      .catch((error) => log.warn({ companyId, reason: reasonOf(error) }, 'a refusal could not be recorded'))
  }
}
