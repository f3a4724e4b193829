import { PersonRecords } from './person-records.ts'
import type {
  Beat,
  ClosedSocket,
  OnChange,
  Person,
  PresenceState,
  PresenceStatus,
  PresenceStore,
} from './status.ts'

/** A device of a person. */
export interface PersonDevice {
  person: Person
  deviceId: string
}

/** The state of a device, to be copied to another store. Times are in milliseconds. */
export interface HeldDevice extends PersonDevice {
  /** OFFLINE, or a `heldMs` of at most 0, means that it has ended. */
  status: PresenceStatus
  heldMs: number
  /** A heartbeat in the other store that counts for longer than this is newer and wins. */
  saidMs: number
  /** Milliseconds since the person's last activity. */
  idleMs: number
}

/** The store of a process without Redis, and the fallback while Redis fails. */
export class MemoryStore implements PresenceStore {
  readonly #now: () => number
  readonly #records: PersonRecords

  /** `now` is a clock in milliseconds. */
  constructor(now: () => number, onChange: OnChange) {
    this.#now = now
    this.#records = new PersonRecords(now, onChange)
  }

  async beat(person: Person, { deviceId, status, heldMs }: Beat): Promise<PresenceState> {
    const record = this.#records.getOrCreate(person)
    const time = this.#now()
    const known = record.devices.get(deviceId)
    const wasOnline = known?.status === 'ONLINE' && known.endsAt > time
    record.devices.set(deviceId, { status, endsAt: time + heldMs, saidUntil: time + heldMs })
    if (status === 'ONLINE' && !wasOnline) record.activeAt = time
    return this.#records.settle(person.companyId, record)
  }

  async attach(person: Person, session: string): Promise<void> {
    const device = this.#records.get(person)?.devices.get(session)
    if (device && device.endsAt > this.#now()) device.endsAt = device.saidUntil
  }

  async leave(person: Person, { deviceId, session, graceMs }: ClosedSocket): Promise<void> {
    const record = this.#records.get(person)
    if (!record) return
    for (const id of [deviceId, session ?? deviceId]) {
      const device = record.devices.get(id)
      if (device) device.endsAt = Math.min(device.endsAt, this.#now() + graceMs)
    }
    this.#records.settle(person.companyId, record)
  }

  async recordActivity(person: Person): Promise<void> {
    const record = this.#records.get(person)
    if (!record || record.devices.size === 0) return
    record.activeAt = this.#now()
    this.#records.settle(person.companyId, record)
  }

  async read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]> {
    return userIds.flatMap((userId) => {
      const record = this.#records.get({ companyId, userId })
      return record ? this.#records.settle(companyId, record) : []
    })
  }

  async present(companyId: string, max: number): Promise<PresenceState[]> {
    const states = this.#records.inCompany(companyId).map((record) => this.#records.settle(companyId, record))
    return states.filter(({ status }) => status !== 'OFFLINE').slice(0, max)
  }

  async sweep(): Promise<void> {
    this.#records.settleDue()
  }

  /** Returns all devices that count, and those that have ended before their last heartbeat expired. */
  held(): PersonDevice[] {
    const time = this.#now()
    return this.#records
      .companyIds()
      .flatMap((companyId) =>
        this.#records
          .inCompany(companyId)
          .flatMap(({ userId, devices }) =>
            [...devices]
              .filter(([, { saidUntil }]) => saidUntil > time)
              .map(([deviceId]) => ({ person: { companyId, userId }, deviceId })),
          ),
      )
  }

  /** Returns the state of a device. Undefined once its last heartbeat has expired. */
  heldDevice({ person, deviceId }: PersonDevice): HeldDevice | undefined {
    const time = this.#now()
    const record = this.#records.get(person)
    const device = record?.devices.get(deviceId)
    if (!record || !device || device.saidUntil <= time) return undefined
    return {
      person,
      deviceId,
      status: device.status,
      heldMs: Math.max(0, device.endsAt - time),
      saidMs: device.saidUntil - time,
      idleMs: time - record.activeAt,
    }
  }

  close(): void {}
}

/** Creates a store in this process's memory. `now` is a clock in milliseconds. */
export function createMemoryStore(now: () => number, onChange: OnChange): MemoryStore {
  return new MemoryStore(now, onChange)
}
