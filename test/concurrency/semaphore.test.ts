import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createSemaphore } from '../../src/concurrency/semaphore.ts'

it('a few have a turn at once, of one company fewer, and the others in the order they came', async () => {
  const semaphore = createSemaphore(3, 2)
  const begun: string[] = []
  const giveBack: Record<string, () => void> = {}
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) {
    void semaphore.take(name.slice(0, 1)).then((end) => {
      begun.push(name)
      giveBack[name] = end
    })
  }
  const afterGivingBack = async (name?: string) => {
    if (name) giveBack[name]?.()
    await setImmediate()
    return begun.splice(0)
  }
  expect(await afterGivingBack()).toEqual(['a1', 'a2', 'b1'])
  expect(await afterGivingBack('a1')).toEqual(['b2'])
  // Releasing a permit twice counts once.
  expect(await afterGivingBack('a1')).toEqual([])
  expect(await afterGivingBack('b1')).toEqual(['c1'])
  expect(await afterGivingBack('c1')).toEqual(['a3'])
  expect(await afterGivingBack('a3')).toEqual(['a4'])
})
