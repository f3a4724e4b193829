import { expect, it } from 'vitest'
import { startProgress } from '../../src/cli/start-progress.ts'

function stream(isTTY: boolean) {
  const written: string[] = []
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0
  return { written, out: { isTTY, write } }
}

it('a start tells its steps line by line where there is no terminal, and only if it is asked to', () => {
  const { written, out } = stream(false)
  for (const plain of [true, false]) {
    const progress = startProgress(out, plain)
    progress.step('One')
    progress.step('Two')
    progress.done()
  }
  expect(written).toEqual(['One …\n', 'Two …\n'])
})

it('a start counts the seconds in one line of a terminal, and leaves it empty', async () => {
  const { written, out } = stream(true)
  const progress = startProgress(out, true)
  progress.step('One')
  await expect
    .poll(() => written.at(-1)?.replace('\r\u001b[K', ''), { timeout: 30_000 })
    .toMatch(/^One … [1-9]\d* s$/)
  progress.done()
  const count = written.length
  progress.done()
  expect(written.slice(count - 1)).toEqual(['\r\u001b[K'])
  expect(written.join('')).not.toContain('\n')
})
