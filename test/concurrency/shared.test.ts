import { describe, expect, it } from 'vitest'
import { Shared } from '../../src/concurrency/shared.ts'

function setUp() {
  const unused: object[] = []
  const shared = new Shared<string, object>((value) => unused.push(value))
  return { shared, unused, hold: (key: string) => shared.hold(key, () => ({ key })) }
}

describe('a value with several holders', () => {
  it('is the same for all of one key, and another for another key', () => {
    const { shared, hold } = setUp()
    const first = hold('a')
    expect(hold('a').value).toBe(first.value)
    expect(hold('b').value).not.toBe(first.value)
    expect(shared.holders('a')).toBe(2)
    expect(shared.values()).toEqual([{ key: 'a' }, { key: 'b' }])
    expect(shared.keys()).toEqual(['a', 'b'])
  })

  it('is dropped with its last holder, and made anew for the next', () => {
    const { shared, unused, hold } = setUp()
    const [first, second] = [hold('a'), hold('a')]
    const { value } = first
    first.release()
    expect(shared.get('a')).toBe(value)
    second.release()
    expect(shared.get('a')).toBeUndefined()
    expect(unused).toEqual([value])
    expect(hold('a').value).not.toBe(value)
  })

  it('keeps the others when one holder releases twice', () => {
    const { shared, unused, hold } = setUp()
    const first = hold('a')
    hold('a')
    first.release()
    first.release()
    expect(shared.holders('a')).toBe(1)
    expect(unused).toEqual([])
  })
})
