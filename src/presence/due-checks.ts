import type { PersonRecord } from './person-record.ts'

/** People whose checks are due within the same half second are checked together. */
const SLOT_MS = 500

/** The times at which to look at people again, because their status may change without an event. */
export class DueChecks {
  readonly #slots = new Map<number, Map<PersonRecord, string>>()

  /** Schedules a check no later than `dueAt`, in place of a later one. Earlier checks are cheap. */
  schedule(companyId: string, record: PersonRecord, dueAt: number): void {
    this.#slots.get(slotOf(record.dueAt))?.delete(record)
    record.dueAt = dueAt
    const slot = this.#slots.get(slotOf(dueAt)) ?? new Map<PersonRecord, string>()
    this.#slots.set(slotOf(dueAt), slot.set(record, companyId))
  }

  /** Takes out the people whose check is due, with their companies. */
  *takeDue(time: number): Generator<[record: PersonRecord, companyId: string]> {
    for (const [slot, records] of this.#slots) {
      if (slot * SLOT_MS > time) continue
      this.#slots.delete(slot)
      for (const [record, companyId] of records) {
        record.dueAt = Number.POSITIVE_INFINITY
        yield [record, companyId]
      }
    }
  }
}

function slotOf(time: number): number {
  return Math.ceil(time / SLOT_MS)
}
