import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createFairSemaphore, type Worker } from '../../src/concurrency/fair-semaphore.ts'
import { createWorkBudget } from '../../src/limits/work-budget.ts'
import { createClock } from '../support/rate-limits.ts'

const worker = (name: string): Worker => ({ companyId: name.charAt(0), userId: name.slice(0, 2) })

function takeAll(bounds: { total: number; perCompany: number; perPerson: number }, names: string[]) {
  const semaphore = createFairSemaphore(bounds)
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

it('a budget lets a burst through, tells truly when it goes on, and nobody owes more than a burst', () => {
  const clock = createClock()
  const budget = createWorkBudget(100, clock.read)
  budget.charge('alice', 3_000)
  expect(budget.waitMs('alice')).toBe(0)
  budget.charge('alice', 50)
  expect(budget.waitMs('alice')).toBe(500)
  expect(budget.waitMs('bob')).toBe(0)
  clock.advance(499)
  expect(budget.waitMs('alice')).toBe(1)
  clock.advance(1)
  expect(budget.waitMs('alice')).toBe(0)
  budget.charge('alice', 1_000_000)
  expect(budget.waitMs('alice')).toBe(30_000)
  clock.advance(60_000)
  budget.charge('alice', 3_000)
  expect(budget.waitMs('alice')).toBe(0)
})

it('a budget that cannot pay for one operation lets it through, and has it paid back afterwards', () => {
  const clock = createClock()
  const budget = createWorkBudget(1, clock.read)
  budget.charge('alice', 40)
  expect(budget.waitMs('alice')).toBe(10_000)
})
