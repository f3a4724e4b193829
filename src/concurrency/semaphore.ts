/** The company, and except for system work the person, that work is done for. */
export interface Worker {
  companyId: string
  userId?: string
}

/** Maximum numbers of pieces of work that run concurrently; Infinity and absent bounds are none. */
export interface SemaphoreBounds {
  total: number
  perCompany: number
  perPerson?: number
  /** A piece of work that waits longer is given up. In milliseconds. */
  maxWaitMs?: number
}

/** A semaphore that grants permits first to the company with the fewest, and within it to the person with the fewest. */
export interface Semaphore {
  /** Resolves when a permit is granted, to a function that releases it. Rejects with WaitedTooLong. */
  take(worker: Worker): Promise<() => void>
  /** Number of this person's pieces of work that wait for a permit. */
  waiting(worker: Worker): number
  /** Maximum number of waiting pieces of work that get a permit before one that this person adds now. */
  ahead(worker: Worker): number
}

/** No permit came within `maxWaitMs`. */
export class WaitedTooLong extends Error {
  override name = 'WaitedTooLong'
}

type Grant = (release: () => void) => void

interface Person {
  held: number
  /** In the order of their coming. */
  waiting: Set<Grant>
}

interface Company {
  held: number
  people: Map<string, Person>
}

/** Creates the semaphore. Companies without running or waiting work take no memory. */
export function createSemaphore(bounds: SemaphoreBounds): Semaphore {
  return new FairSemaphore(bounds)
}

class FairSemaphore implements Semaphore {
  readonly #total: number
  readonly #perCompany: number
  readonly #perPerson: number
  readonly #maxWaitMs: number | undefined
  // Maps keep the order of insertion. A company or person that gets a permit is moved to the end.
  readonly #companies = new Map<string, Company>()
  #held = 0
  #queued = 0

  constructor({ total, perCompany, perPerson = Number.POSITIVE_INFINITY, maxWaitMs }: SemaphoreBounds) {
    this.#total = total
    this.#perCompany = perCompany
    this.#perPerson = perPerson
    this.#maxWaitMs = maxWaitMs
  }

  take({ companyId, userId = '' }: Worker): Promise<() => void> {
    const company = this.#companies.get(companyId) ?? { held: 0, people: new Map<string, Person>() }
    this.#companies.set(companyId, company)
    const person = company.people.get(userId) ?? { held: 0, waiting: new Set() }
    company.people.set(userId, person)
    // Nobody who waits could run now, so nobody is overtaken.
    if (this.#mayGo(company, person)) return Promise.resolve(this.#grant(companyId, company, userId, person))
    return this.#wait(companyId, company, userId, person)
  }

  #wait(companyId: string, company: Company, userId: string, person: Person): Promise<() => void> {
    this.#queued += 1
    return new Promise((resolve, reject) => {
      const timer =
        this.#maxWaitMs === undefined
          ? undefined
          : setTimeout(() => {
              this.#queued -= 1
              person.waiting.delete(proceed)
              this.#forget(companyId, company, userId, person)
              reject(new WaitedTooLong(`There was no permit within ${this.#maxWaitMs} ms.`))
            }, this.#maxWaitMs)
      const proceed: Grant = (release) => {
        clearTimeout(timer)
        resolve(release)
      }
      person.waiting.add(proceed)
    })
  }

  #forget(companyId: string, company: Company, userId: string, person: Person): void {
    if (person.held === 0 && person.waiting.size === 0) company.people.delete(userId)
    if (company.people.size === 0) this.#companies.delete(companyId)
  }

  #mayGo(company: Company, person: Person): boolean {
    return this.#held < this.#total && company.held < this.#perCompany && person.held < this.#perPerson
  }

  #grant(companyId: string, company: Company, userId: string, person: Person): () => void {
    this.#held += 1
    company.held += 1
    person.held += 1
    this.#companies.delete(companyId)
    this.#companies.set(companyId, company)
    company.people.delete(userId)
    company.people.set(userId, person)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#held -= 1
      company.held -= 1
      person.held -= 1
      if (this.#queued > 0) this.#grantNext()
      this.#forget(companyId, company, userId, person)
    }
  }

  /** One permit was released, so at most one waiting piece of work can run. */
  #grantNext(): void {
    const next = leastServed(
      this.#companies,
      (company) => company.held < this.#perCompany && this.#hasWaiting(company),
    )
    if (!next) return
    const [companyId, company] = next
    const [userId, person] = leastServed(company.people, (each) => this.#isWaiting(each)) ?? []
    if (userId === undefined || !person || !this.#mayGo(company, person)) return
    const [first] = person.waiting
    if (!first) return
    this.#queued -= 1
    person.waiting.delete(first)
    first(this.#grant(companyId, company, userId, person))
  }

  #hasWaiting({ people }: Company): boolean {
    for (const person of people.values()) if (this.#isWaiting(person)) return true
    return false
  }

  #isWaiting({ held, waiting }: Person): boolean {
    return waiting.size > 0 && held < this.#perPerson
  }

  waiting({ companyId, userId = '' }: Worker): number {
    return this.#companies.get(companyId)?.people.get(userId)?.waiting.size ?? 0
  }

  // Companies take turns, and so do the people of each: of another no more go first than of one's own.
  ahead(worker: Worker): number {
    const people = this.#companies.get(worker.companyId)?.people.size ?? 0
    return Math.min(this.#queued, (this.waiting(worker) + 1) * (people + 1) * (this.#companies.size + 1))
  }
}

/** Returns the entry with the fewest permits. Of several, the one whose last grant is the longest ago. */
function leastServed<Served extends { held: number }>(
  all: ReadonlyMap<string, Served>,
  isCandidate: (served: Served) => boolean,
): [string, Served] | undefined {
  let least: [string, Served] | undefined
  for (const entry of all) {
    if (isCandidate(entry[1]) && (!least || entry[1].held < least[1].held)) least = entry
  }
  return least
}
