import {
  type Beat,
  type ClosedSocket,
  type OnChange,
  type Person,
  type PresenceState,
  type PresenceStatus,
  type PresenceStore,
  presenceTimes,
} from './status.ts'

interface Device {
  status: PresenceStatus
  endsAt: number
  /** Time at which its last heartbeat expires. Until then it is remembered that the device has ended. */
  saidUntil: number
}

interface PersonRecord {
  userId: string
  status: PresenceStatus
  changedAt: number | null
  activeAt: number
  devices: Map<string, Device>
  /** Time of the next check. */
  dueAt: number
}

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
export interface MemoryStore extends PresenceStore {
  /** Returns all devices that count, and those that have ended before their last heartbeat expired. */
  held(): PersonDevice[]
  /** Returns the state of a device. Undefined once its last heartbeat has expired. */
  heldDevice(device: PersonDevice): HeldDevice | undefined
}

/** People whose checks are due within the same half second are checked together. */
const SLOT_MS = 500

/** Creates a store in this process's memory. `now` is a clock in milliseconds. */
export function createMemoryStore(now: () => number, onChange: OnChange): MemoryStore {
  const companies = new Map<string, Map<string, PersonRecord>>()
  const slots = new Map<number, Map<PersonRecord, string>>()

  function recordOf({ companyId, userId }: Person): PersonRecord | undefined {
    return companies.get(companyId)?.get(userId)
  }

  function createRecord({ companyId, userId }: Person): PersonRecord {
    const people = companies.get(companyId) ?? new Map<string, PersonRecord>()
    companies.set(companyId, people)
    const record: PersonRecord = {
      userId,
      status: 'OFFLINE',
      changedAt: null,
      activeAt: 0,
      devices: new Map(),
      dueAt: Number.POSITIVE_INFINITY,
    }
    people.set(userId, record)
    return record
  }

  /**
   * Updates a record to the current time, reports a change, and schedules the next check for the time at which it would
   * change by itself.
   */
  function settle(companyId: string, record: PersonRecord): PresenceState {
    const time = now()
    for (const [id, { saidUntil }] of record.devices) if (saidUntil <= time) record.devices.delete(id)
    const status = statusOf(record, time)
    if (status !== record.status) {
      record.status = status
      record.changedAt = time
      onChange({ companyId, userId: record.userId, status, changedAt: time })
    }
    const dueAt = nextChange(record, time)
    if (dueAt <= time) forget(companyId, record)
    else if (dueAt < record.dueAt) lookAgain(companyId, record, dueAt)
    return { userId: record.userId, status, changedAt: record.changedAt }
  }

  /** Schedules a check no later than `dueAt`. Earlier checks are cheap. */
  function lookAgain(companyId: string, record: PersonRecord, dueAt: number): void {
    slots.get(slotOf(record.dueAt))?.delete(record)
    record.dueAt = dueAt
    const slot = slots.get(slotOf(dueAt)) ?? new Map<PersonRecord, string>()
    slots.set(slotOf(dueAt), slot.set(record, companyId))
  }

  function forget(companyId: string, record: PersonRecord): void {
    const people = companies.get(companyId)
    if (people?.get(record.userId) === record) people.delete(record.userId)
    if (people?.size === 0) companies.delete(companyId)
  }

  async function beat(person: Person, { deviceId, status, heldMs }: Beat): Promise<PresenceState> {
    const record = recordOf(person) ?? createRecord(person)
    const time = now()
    const known = record.devices.get(deviceId)
    const wasOnline = known?.status === 'ONLINE' && known.endsAt > time
    record.devices.set(deviceId, { status, endsAt: time + heldMs, saidUntil: time + heldMs })
    if (status === 'ONLINE' && !wasOnline) record.activeAt = time
    return settle(person.companyId, record)
  }

  async function attach(person: Person, session: string): Promise<void> {
    const device = recordOf(person)?.devices.get(session)
    if (device && device.endsAt > now()) device.endsAt = device.saidUntil
  }

  async function leave(person: Person, { deviceId, session, graceMs }: ClosedSocket): Promise<void> {
    const record = recordOf(person)
    if (!record) return
    for (const id of [deviceId, session ?? deviceId]) {
      const device = record.devices.get(id)
      if (device) device.endsAt = Math.min(device.endsAt, now() + graceMs)
    }
    settle(person.companyId, record)
  }

  async function recordActivity(person: Person): Promise<void> {
    const record = recordOf(person)
    if (!record || record.devices.size === 0) return
    record.activeAt = now()
    settle(person.companyId, record)
  }

  async function read(companyId: string, userIds: readonly string[]): Promise<PresenceState[]> {
    return userIds.flatMap((userId) => {
      const record = recordOf({ companyId, userId })
      return record ? settle(companyId, record) : []
    })
  }

  async function present(companyId: string, max: number): Promise<PresenceState[]> {
    const records = [...(companies.get(companyId)?.values() ?? [])]
    const states = records.map((record) => settle(companyId, record))
    return states.filter(({ status }) => status !== 'OFFLINE').slice(0, max)
  }

  async function sweep(): Promise<void> {
    const time = now()
    for (const [slot, records] of slots) {
      if (slot * SLOT_MS > time) continue
      slots.delete(slot)
      for (const [record, companyId] of records) {
        record.dueAt = Number.POSITIVE_INFINITY
        settle(companyId, record)
      }
    }
  }

  function held(): PersonDevice[] {
    const time = now()
    return [...companies].flatMap(([companyId, people]) =>
      [...people.values()].flatMap(({ userId, devices }) =>
        [...devices]
          .filter(([, { saidUntil }]) => saidUntil > time)
          .map(([deviceId]) => ({ person: { companyId, userId }, deviceId })),
      ),
    )
  }

  function heldDevice({ person, deviceId }: PersonDevice): HeldDevice | undefined {
    const time = now()
    const record = recordOf(person)
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

  return { beat, attach, leave, recordActivity, read, present, sweep, held, heldDevice, close: () => {} }
}

function statusOf({ devices, activeAt }: PersonRecord, time: number): PresenceStatus {
  const there = thereAmong(devices, time)
  if (there.length === 0) return 'OFFLINE'
  const isOnline = there.some(({ status }) => status === 'ONLINE')
  return isOnline && time < activeAt + presenceTimes.idleness ? 'ONLINE' : 'AWAY'
}

/**
 * Returns the time at which the status changes without a further event, or the record can be dropped; now if there is
 * nothing to remember.
 */
function nextChange({ status, changedAt, activeAt, devices }: PersonRecord, time: number): number {
  if (status === 'OFFLINE') return changedAt === null ? time : changedAt + presenceTimes.memory
  const ends = thereAmong(devices, time).map(({ endsAt }) => endsAt)
  if (status === 'ONLINE') ends.push(activeAt + presenceTimes.idleness)
  return Math.min(...ends)
}

function thereAmong(devices: ReadonlyMap<string, Device>, time: number): Device[] {
  return [...devices.values()].filter(({ status, endsAt }) => status !== 'OFFLINE' && endsAt > time)
}

function slotOf(time: number): number {
  return Math.ceil(time / SLOT_MS)
}
