import { expect, it } from 'vitest'
import { createWorkBudget } from '../../src/limits/work-budget.ts'
import { createClock } from '../support/rate-limits.ts'

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
