import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createSemaphore, WaitedTooLong, type Worker } from '../../src/concurrency/semaphore.ts'

const worker = (name: string): Worker => ({ companyId: name.charAt(0), userId: name.slice(0, 2) })

function takeAll(bounds: { total: number; perCompany: number; perPerson: number }, names: string[]) {
  const semaphore = createSemaphore(bounds)
  const begun: string[] = []
  const release: Record<string, () => void> = {}
  for (const name of names) {
    void semaphore.take(worker(name)).then((end) => {
      begun.push(name)
      release[name] = end
    })
  }
  return {
    semaphore,
    begunAfter: async (name?: string) => {
      if (name) release[name]?.()
      await setImmediate()
      return begun.splice(0)
    },
  }
}

it('a permit goes to the company that holds fewest, in it to such a person, and of several to who came first', async () => {
  const { begunAfter, semaphore } = takeAll({ total: 3, perCompany: 2, perPerson: 1 }, [
    'a1-first',
    'a1-second',
    'a2-first',
    'a2-second',
    'a3-first',
    'b1-first',
    'b1-second',
    'c1-first',
  ])
  expect(await begunAfter()).toEqual(['a1-first', 'a2-first', 'b1-first'])
  expect(semaphore.waiting(worker('a1'))).toBe(1)
  expect(await begunAfter('b1-first')).toEqual(['b1-second'])
  // A permit that is given back twice is one permit.
  expect(await begunAfter('b1-first')).toEqual([])
  expect(await begunAfter('a1-first')).toEqual(['c1-first'])
  expect(await begunAfter('c1-first')).toEqual(['a1-second'])
  expect(await begunAfter('a2-first')).toEqual(['a2-second'])
  expect(await begunAfter('a2-second')).toEqual(['a3-first'])
  expect(semaphore.waiting(worker('a1'))).toBe(0)
})

it('a company that holds nothing goes before a thousand requests of another that waited longer', async () => {
  const flood = Array.from({ length: 1_000 }, (_, at) => `a1-${at}`)
  const { begunAfter, semaphore } = takeAll({ total: 2, perCompany: 2, perPerson: 2 }, flood)
  expect(await begunAfter()).toEqual(['a1-0', 'a1-1'])
  let hasBegun = false
  void semaphore.take(worker('b1')).then(() => {
    hasBegun = true
  })
  expect(await begunAfter('a1-0')).toEqual([])
  expect(hasBegun).toBe(true)
})

it('work of no person has the permits of its company in the order it came', async () => {
  const semaphore = createSemaphore({ total: Number.POSITIVE_INFINITY, perCompany: 1 })
  const begun: string[] = []
  const takeOne = async (name: string) => {
    const release = await semaphore.take({ companyId: 'acme' })
    begun.push(name)
    return release
  }
  const [first, ...others] = ['first', 'second', 'third'].map(takeOne)
  ;(await first)?.()
  for (const other of others) (await other)()
  expect(begun).toEqual(['first', 'second', 'third'])
})

it('work that waits longer than it may is given up, and the permit goes to the next', async () => {
  const semaphore = createSemaphore({ total: 1, perCompany: 1, maxWaitMs: 20 })
  const release = await semaphore.take({ companyId: 'acme' })
  await expect(semaphore.take({ companyId: 'acme' })).rejects.toThrow(WaitedTooLong)
  const next = semaphore.take({ companyId: 'globex' })
  release()
  ;(await next)()
  expect(semaphore.waiting({ companyId: 'acme' })).toBe(0)
})
