import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createWork } from '../../src/limits/work.ts'

const OPERATION_MS = 150
const people = (company: number) =>
  Array.from({ length: 10 }, (_, person) => ({ companyId: `company ${company}`, userId: `${person}` }))

describe('more operations than can be answered in their time', () => {
  it('are refused at once, with a time to try again; the others run, and so does the first one of another company', async () => {
    const work = createWork({ perPerson: 1_000_000, perCompany: 0 })
    const settled: string[] = []
    const run = (worker: { companyId: string; userId: string }, name: string) =>
      work
        .run(worker, () => delay(OPERATION_MS))
        .then(
          () => void settled.push(name),
          ({ code, retryAfterMs }) => {
            expect(retryAfterMs).toBeGreaterThan(0)
            settled.push(code)
          },
        )
    // It learns how long an operation takes.
    const [one, two] = [people(1), people(2)]
    for (let round = 0; round < 4; round += 1)
      await Promise.all([...one, ...two].map((each) => run(each, 'learnt')))
    settled.length = 0
    const flood = [...one, ...two].flatMap((worker) =>
      Array.from({ length: 150 }, () => run(worker, 'answered')),
    )
    const stranger = run({ companyId: 'company 3', userId: 'stranger' }, 'stranger')
    await Promise.all([...flood, stranger])
    const refused = settled.filter((outcome) => outcome === 'UNAVAILABLE').length
    expect(refused).toBeGreaterThan(1_000)
    expect(settled.slice(0, refused)).toEqual(Array(refused).fill('UNAVAILABLE'))
    // It waits for a permit, and not for the hundreds that came before it.
    expect(settled.indexOf('stranger') - refused).toBeLessThan(50)
  })
})
