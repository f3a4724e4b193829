import { describe, expect, it } from 'vitest'
import { catchUp } from '../../src/events/catch-up.ts'
import type { EventPage, PageRange } from '../../src/events/event-page.ts'
import { createEventQueue } from '../../src/events/event-queue.ts'
import type { LiveEvent } from '../../src/events/event-row.ts'
import { range } from '../support/stored-events.ts'

const HEAD = 300

/** A stream of which every third event is the subscriber's; its queue has plenty with ten of them. */
function setUp() {
  const queue = createEventQueue<{ position: number }>({
    maxValues: 80,
    maxBytes: 1_000,
    sizeOf: () => 1,
    onOverflow: () => ({ position: -1 }),
    onEnd: () => {},
  })
  const reached: number[] = []
  let waits = 0
  const subscriber = {
    userId: 'somebody',
    stream: 'inbox',
    offer: (event: LiveEvent) => void queue.push(event),
    drained() {
      waits += 1
      return queue.drained()
    },
    reach: (position: number) => void reached.push(position),
    interrupt: () => queue.end(),
    get hasEnded() {
      return queue.hasEnded
    },
    get hasPlenty() {
      return queue.hasPlenty
    },
    get taken() {
      return queue.taken
    },
  }
  const reads: PageRange[] = []
  async function read({ after, max }: PageRange): Promise<EventPage> {
    reads.push({ after, max })
    const positions = range(after + 1, HEAD).filter((position) => position % 3 === 0)
    const events = positions.slice(0, max).map((position) => ({ position }) as LiveEvent)
    const scannedTo = events.length === max ? (events.at(-1)?.position ?? 0) : HEAD
    return { events, next: after + 1, scannedTo, isLast: scannedTo === HEAD }
  }
  const caughtUp = catchUp(subscriber, 0, { read, offer: subscriber.offer })
  return { queue, reads, reached, waits: () => waits, caughtUp }
}

async function take(queue: AsyncIterator<{ position: number }>, count: number): Promise<number[]> {
  const positions: number[] = []
  while (positions.length < count) positions.push((await queue.next()).value.position)
  return positions
}

describe('a subscriber that catches up', () => {
  it('receives everything, page by page, and is then at the latest position', async () => {
    const { queue, reads, reached, caughtUp } = setUp()
    expect(await take(queue, HEAD / 3)).toEqual(range(1, HEAD / 3).map((n) => 3 * n))
    expect(await caughtUp).toBe(HEAD)
    expect(reached).toEqual([150, HEAD])
    expect(reads).toEqual([
      { after: 0, max: 50 },
      { after: 150, max: 100 },
    ])
  })

  it('takes no memory for events that it does not take: they are read again in smaller pages', async () => {
    const { queue, reads, waits, caughtUp } = setUp()
    // First with the page, then without.
    await expect.poll(waits, { timeout: 30_000 }).toBe(2)
    expect(await take(queue, HEAD / 3)).toEqual(range(1, HEAD / 3).map((n) => 3 * n))
    expect(await caughtUp).toBe(HEAD)
    expect(reads.slice(0, 3)).toEqual([
      { after: 0, max: 50 },
      { after: 30, max: 10 },
      { after: 60, max: 20 },
    ])
  })

  it('causes no more reads once it has left', async () => {
    const { queue, reads, caughtUp } = setUp()
    await take(queue, 3)
    await queue.return?.()
    expect(await caughtUp).toBeLessThan(HEAD)
    expect(reads).toHaveLength(1)
  })
})
