import { DueChecks } from './due-checks.ts'
import { emptyRecord, nextChange, type PersonRecord, stateOf, statusOf } from './person-record.ts'
import type { OnChange, Person, PresenceState } from './status.ts'

/** The records of the people of whom something is known, kept up to date with the time. */
export class PersonRecords {
  readonly #now: () => number
  readonly #onChange: OnChange
  readonly #companies = new Map<string, Map<string, PersonRecord>>()
  readonly #checks = new DueChecks()

  /** `now` is a clock in milliseconds. `onChange` is called when a status differs from the one before. */
  constructor(now: () => number, onChange: OnChange) {
    this.#now = now
    this.#onChange = onChange
  }

  get({ companyId, userId }: Person): PersonRecord | undefined {
    return this.#companies.get(companyId)?.get(userId)
  }

  getOrCreate(person: Person): PersonRecord {
    return this.get(person) ?? this.#create(person)
  }

  inCompany(companyId: string): PersonRecord[] {
    return [...(this.#companies.get(companyId)?.values() ?? [])]
  }

  companyIds(): string[] {
    return [...this.#companies.keys()]
  }

  /**
   * Updates a record to the current time, reports a change, and schedules the next check for the time at which it would
   * change by itself.
   */
  settle(companyId: string, record: PersonRecord): PresenceState {
    const time = this.#now()
    for (const [id, { saidUntil }] of record.devices) if (saidUntil <= time) record.devices.delete(id)
    const status = statusOf(record, time)
    if (status !== record.status) {
      record.status = status
      record.changedAt = time
      this.#onChange({ companyId, userId: record.userId, status, changedAt: time })
    }
    const dueAt = nextChange(record, time)
    if (dueAt <= time) this.#forget(companyId, record)
    else if (dueAt < record.dueAt) this.#checks.schedule(companyId, record, dueAt)
    return stateOf(record)
  }

  /** Updates the people whose check is due. */
  settleDue(): void {
    for (const [record, companyId] of this.#checks.takeDue(this.#now())) this.settle(companyId, record)
  }

  #create({ companyId, userId }: Person): PersonRecord {
    const people = this.#companies.get(companyId) ?? new Map<string, PersonRecord>()
    const record = emptyRecord(userId)
    this.#companies.set(companyId, people.set(userId, record))
    return record
  }

  #forget(companyId: string, record: PersonRecord): void {
    const people = this.#companies.get(companyId)
    if (people?.get(record.userId) === record) people.delete(record.userId)
    if (people?.size === 0) this.#companies.delete(companyId)
  }
}
