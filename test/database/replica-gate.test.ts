import { describe, expect, it, vi } from 'vitest'
import { createReplicaGate } from '../../src/database/replica/replica-gate.ts'
import { problemOf } from '../../src/database/replica/server-state.ts'

const session = 'colloquy colloquy_app'
const primary = { position: 1_000, timeline: '00000002', cluster: '7', session }
const replica = { ...primary, isReplica: true, startedAt: 'then', ageSeconds: 0 }
const READY = { server: 'then' }
const AWAY = { problem: 'unreachable' }

describe('the state of a replica', () => {
  it('is good if it has replayed all that the primary has written', () => {
    expect(problemOf(primary, replica)).toBeUndefined()
    expect(problemOf(primary, { ...replica, position: 2_000 })).toBeUndefined()
  })

  it.each([
    ['lagging', { position: 999 }],
    ['no replica', { isReplica: false, position: 5_000 }],
    ['other cluster', { cluster: '8', position: 5_000 }],
    ['other timeline', { timeline: '00000001', position: 5_000 }],
    ['other role', { session: 'colloquy postgres' }],
    ['other role', { session: 'another colloquy_app' }],
  ])('is "%s" with %j, however far it says it is', (problem, lie) => {
    expect(problemOf(primary, { ...replica, ...lie })).toBe(problem)
  })
})

/** A gate before two servers of which a test says how far they are. */
function gateBefore(servers: {
  primary: () => Promise<typeof primary>
  replica: () => Promise<typeof replica>
  admit?: () => Promise<undefined>
}) {
  return createReplicaGate({
    askPrimary: servers.primary,
    askReplica: servers.replica,
    admit: servers.admit ?? (async () => undefined),
    admitMs: 50,
    onLag() {},
    onChange() {},
  })
}

/** The first check finds the way to the replica, for which no read waits. */
async function admitted(gate: ReturnType<typeof gateBefore>) {
  expect(await gate.check()).toEqual(AWAY)
  await vi.waitFor(async () => expect(await gate.check()).toEqual(READY))
  return gate
}

describe('reads that wait for a replica', () => {
  it('share a question, but none gets the answer to one that was asked before it arrived', async () => {
    const asked: ((state: typeof primary) => void)[] = []
    let isHeld = false
    const gate = await admitted(
      gateBefore({
        primary: () => (isHeld ? new Promise((resolve) => asked.push(resolve)) : Promise.resolve(primary)),
        replica: async () => replica,
      }),
    )
    isHeld = true
    const early = gate.check()
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    const late = [gate.check(), gate.check()]
    asked[0]?.(primary)
    expect(await early).toEqual(READY)
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    // The primary has moved on in between, and the replica has not.
    asked[1]?.({ ...primary, position: 1_001 })
    expect(await Promise.all(late)).toEqual([{ problem: 'lagging' }, { problem: 'lagging' }])
    expect(asked).toHaveLength(2)
  })

  it('wait some milliseconds for it to replay', async () => {
    let position = primary.position
    let replaysAt = 0
    const gate = await admitted(
      gateBefore({
        primary: async () => ({ ...primary, position }),
        replica: async () => ({
          ...replica,
          position: Date.now() >= replaysAt ? position : primary.position,
        }),
      }),
    )
    position += 1
    replaysAt = Date.now() + 5
    expect(await gate.check()).toEqual(READY)
    expect(Date.now()).toBeGreaterThanOrEqual(replaysAt)
  })

  it('go to the primary at once for a while after it could not answer, and never by the good answer of before', async () => {
    let isUp = true
    let questions = 0
    const gate = await admitted(
      gateBefore({
        primary: async () => primary,
        replica: async () => {
          questions += 1
          if (!isUp) throw new Error('It is down.')
          return replica
        },
      }),
    )
    isUp = false
    expect(await gate.check()).toEqual(AWAY)
    const before = questions
    for (let read = 0; read < 5; read += 1) expect(await gate.check()).toEqual(AWAY)
    expect(questions).toBe(before)
    isUp = true
    await vi.waitFor(async () => expect(await gate.check()).toEqual(READY), 5_000)
  })

  it('find the way to it again after an attempt that never ended', async () => {
    let attempts = 0
    const gate = gateBefore({
      primary: async () => primary,
      replica: async () => replica,
      admit: () => {
        attempts += 1
        return attempts === 1 ? new Promise(() => {}) : Promise.resolve(undefined)
      },
    })
    expect(await gate.check()).toEqual(AWAY)
    await vi.waitFor(async () => expect(await gate.check()).toEqual(READY), 5_000)
    expect(attempts).toBe(2)
  })

  it('are told another server once the address leads to it', async () => {
    let startedAt = 'then'
    const gate = await admitted(
      gateBefore({ primary: async () => primary, replica: async () => ({ ...replica, startedAt }) }),
    )
    startedAt = 'later'
    expect(await gate.check()).toEqual({ server: 'later' })
  })
})
