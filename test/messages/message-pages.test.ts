import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const PAGE = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $aroundSeq: Int) {
  conversation(id: $id) {
    messages(first: $first, after: $after, last: $last, before: $before, aroundSeq: $aroundSeq) {
      nodes { seq } edges { cursor node { seq } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}`
const LENGTH = 120

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let long: string
let empty: string
/** The cursor of each message, by its sequence. */
const cursors: string[] = []

beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  long = await acme.alice.group('Long', [acme.bob])
  empty = await acme.alice.group('Empty', [acme.bob])
  for (let seq = 1; seq <= LENGTH; seq += 1) {
    await (seq % 3 ? acme.alice : acme.bob).say({ conversationId: long }, `Message ${seq}`)
  }
  for (const args of [{ first: 100 }, { last: 20 }]) {
    for (const edge of (await page(long, args)).edges) cursors[edge.node.seq] = edge.cursor
  }
})
afterAll(() => app[Symbol.asyncDispose]())

async function page(id: string, args: Record<string, unknown> = {}): Promise<Data> {
  return (await acme.bob.run(PAGE, { id, ...args })).conversation.messages
}

async function rejection(args: Record<string, unknown>) {
  const { errors } = await acme.bob.send(PAGE, { id: long, ...args })
  return { code: errors?.[0]?.extensions?.code, message: errors?.[0]?.message }
}

const seqs = ({ nodes }: Data): number[] => nodes.map(({ seq }: { seq: number }) => seq)
const from = (low: number, high: number) =>
  Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i)

describe('a page of messages', () => {
  it('is the latest 50 in chronological order, unless anything is asked for', async () => {
    const latest = await page(long)
    expect(seqs(latest)).toEqual(from(71, 120))
    expect(latest.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: cursors[71],
      endCursor: cursors[120],
    })
  })

  it.each([
    [{ first: 3 }, [1, 2, 3]],
    [{ last: 3 }, [118, 119, 120]],
    [{ first: 100 }, from(1, 100)],
    [{ last: 100 }, from(21, 120)],
    [{ first: 0 }, []],
    [{ aroundSeq: 60, first: 5 }, [58, 59, 60, 61, 62]],
    [{ aroundSeq: 60 }, from(35, 84)],
    [{ aroundSeq: 60, first: 1 }, [60]],
    [{ aroundSeq: 1, first: 5 }, [1, 2, 3, 4, 5]],
    [{ aroundSeq: 120, first: 5 }, [116, 117, 118, 119, 120]],
    [{ aroundSeq: 121, first: 5 }, [116, 117, 118, 119, 120]],
    [{ aroundSeq: 2 ** 31 - 1, first: 2 }, [119, 120]],
    [{ aroundSeq: 0, first: 2 }, [1, 2]],
    [{ aroundSeq: -5, first: 2 }, [1, 2]],
    [{ aroundSeq: -(2 ** 31), first: 2 }, [1, 2]],
  ])('for %j is the right one', async (args, expected) => {
    expect(seqs(await page(long, args))).toEqual(expected)
  })

  it.each([['first'], ['last']])(
    'meets the others through cursors, all the way with %s',
    async (direction) => {
      const collected: number[] = []
      let cursor: string | undefined
      let more = true
      while (more) {
        const args = direction === 'first' ? { first: 17, after: cursor } : { last: 17, before: cursor }
        const { pageInfo, ...rest } = await page(long, args)
        if (direction === 'first') collected.push(...seqs(rest as Data))
        else collected.unshift(...seqs(rest as Data))
        more = direction === 'first' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage
        cursor = direction === 'first' ? pageInfo.endCursor : pageInfo.startCursor
      }
      expect(collected).toEqual(from(1, LENGTH))
    },
  )

  it('leads on in both directions from a page around a message', async () => {
    const around = await page(long, { aroundSeq: 50, first: 10 })
    const earlier = await page(long, { last: 5, before: around.pageInfo.startCursor })
    const later = await page(long, { first: 5, after: around.pageInfo.endCursor })
    expect([...seqs(earlier), ...seqs(around), ...seqs(later)]).toEqual(from(40, 59))
  })

  it('agrees with a plain array, whatever is asked for', async () => {
    const size = fc.integer({ min: 0, max: 100 })
    const position = fc.option(fc.integer({ min: 1, max: LENGTH }), { nil: undefined })
    const range = fc.record({ after: position, before: position })
    const asked = fc.oneof(
      fc.tuple(fc.constantFrom('first', 'last'), size, range).map(([direction, n, { after, before }]) => ({
        direction,
        size: n,
        after: after ?? 0,
        before: before ?? LENGTH + 1,
        args: { [direction]: n, after: after && cursors[after], before: before && cursors[before] },
      })),
    )
    await fc.assert(
      fc.asyncProperty(asked, async ({ direction, size, after, before, args }) => {
        const inRange = from(1, LENGTH).filter((seq) => seq > after && seq < before)
        const expected =
          direction === 'first'
            ? inRange.slice(0, size)
            : inRange.slice(inRange.length - Math.min(size, inRange.length))
        const { pageInfo, ...rest } = await page(long, args)
        expect(seqs(rest as Data)).toEqual(expected)
        const [low, high] = [expected[0], expected.at(-1)]
        expect(pageInfo.startCursor).toBe(low === undefined ? null : cursors[low])
        expect(pageInfo.endCursor).toBe(high === undefined ? null : cursors[high])
        if (low === undefined || high === undefined) return
        expect(pageInfo).toMatchObject({ hasPreviousPage: low > 1, hasNextPage: high < LENGTH })
      }),
      { numRuns: 150 },
    )
  })

  it('around a message holds it, is full and tells the truth, wherever that message is', async () => {
    const around = fc.record({
      seq: fc.integer({ min: -3, max: LENGTH + 5 }),
      size: fc.integer({ min: 1, max: 100 }),
    })
    await fc.assert(
      fc.asyncProperty(around, async ({ seq, size }) => {
        const { pageInfo, ...rest } = await page(long, { aroundSeq: seq, first: size })
        const found = seqs(rest as Data)
        const nearest = Math.min(LENGTH, Math.max(1, seq))
        const [low = 0, high = 0] = [found[0], found.at(-1)]
        expect(found).toEqual(from(low, low + size - 1))
        expect(found).toContain(nearest)
        // As even as the ends allow.
        if (low > 1 && high < LENGTH) expect(nearest - low).toBe(Math.floor(size / 2))
        expect(pageInfo).toEqual({
          hasPreviousPage: low > 1,
          hasNextPage: high < LENGTH,
          startCursor: cursors[low],
          endCursor: cursors[high],
        })
      }),
      { numRuns: 100 },
    )
  })

  it.each([[{}], [{ first: 10 }], [{ last: 10 }], [{ aroundSeq: 1 }], [{ aroundSeq: 7, first: 3 }]])(
    'of an empty conversation is empty for %j',
    async (args) => {
      expect(await page(empty, args)).toEqual({
        nodes: [],
        edges: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      })
    },
  )

  it('is empty behind a cursor from beyond the end, and says where the rest is', async () => {
    const short = await acme.alice.group('Short', [acme.bob])
    await acme.alice.say({ conversationId: short }, 'One')
    const beyond = cursors[100]
    expect(await page(short, { first: 5, after: beyond })).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    })
    expect(seqs(await page(short, { last: 5, before: beyond }))).toEqual([1])
    expect(await page(empty, { first: 5, after: beyond })).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
    })
  })

  it('neither skips nor repeats while messages arrive', async () => {
    const busy = await acme.alice.group('Busy', [acme.bob])
    const collected: number[] = []
    let cursor: string | undefined
    for (let sent = 0; sent < 12; sent += 4) {
      for (let more = 0; more < 4; more += 1) await acme.alice.say({ conversationId: busy }, `Busy ${more}`)
      const found = await page(busy, { first: 3, after: cursor })
      collected.push(...seqs(found))
      cursor = found.pageInfo.endCursor
    }
    collected.push(...seqs(await page(busy, { after: cursor })))
    expect(collected).toEqual(from(1, 12))
  })
})

describe('a page that makes no sense', () => {
  it.each([
    [{ first: -1 }],
    [{ first: 101 }],
    [{ last: -1 }],
    [{ last: 101 }],
    [{ first: 1, last: 1 }],
    [{ aroundSeq: 5, last: 3 }],
    [{ aroundSeq: 5, first: 101 }],
    [{ aroundSeq: 5, first: -1 }],
    [{ after: 'nonsense' }],
    [{ before: '' }],
    [{ after: Buffer.from('["0"]').toString('base64url') }],
    [{ after: Buffer.from('["99999999999"]').toString('base64url') }],
    [{ after: Buffer.from('["1","2"]').toString('base64url') }],
    [{ after: Buffer.from('[1]').toString('base64url') }],
    [{ before: Buffer.from(`["1' or '1'='1"]`).toString('base64url') }],
    [{ first: 2 ** 31 }],
    [{ aroundSeq: 2 ** 31 }],
    [{ aroundSeq: 1.5 }],
  ])('as for %j is BAD_USER_INPUT in plain words', async (args) => {
    const { code, message } = await rejection(args)
    expect(code).toBe('BAD_USER_INPUT')
    expect(message).not.toMatch(/sql|syntax|stack|undefined|NaN|node_modules/i)
  })

  it('is refused around a message together with cursors', async () => {
    for (const args of [{ after: cursors[3] }, { before: cursors[3] }]) {
      expect(await rejection({ aroundSeq: 5, ...args })).toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })

  it('is refused with a cursor of another list', async () => {
    const { conversations } = await acme.bob.run('{ conversations { edges { cursor } } }')
    for (const name of ['after', 'before']) {
      expect(await rejection({ [name]: conversations.edges[0].cursor })).toEqual({
        code: 'BAD_USER_INPUT',
        message: 'This is not a cursor of this list.',
      })
    }
  })
})
