import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const CATEGORIES = [
  'spoofing',
  'tampering',
  'repudiation',
  'information disclosure',
  'denial of service',
  'elevation of privilege',
]

/** The rows of the table of threats. */
function threats(document: string) {
  const [, section = ''] = document.split('\n## Threats\n')
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| category'))
  return rows.map((row) => {
    const [, category = '', threat = '', mitigation = '', test = ''] = row.split(/ ?\| ?/)
    const [, path = '', title = ''] = /^`(test\/[\w./-]+\.test\.ts)`: "(.+)"$/.exec(test) ?? []
    return { category, threat, mitigation, path, title }
  })
}

/** True if the source has a test of this title, and not merely a text or a group of that name. */
function hasTest(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => {
    const at = source.search(new RegExp(`\\(\\s*${escaped(quote + title + quote)},`))
    return at >= 0 && !/describe[^;]*$/.test(source.slice(source.lastIndexOf('\n', at) + 1, at))
  })
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

describe('the threats of SECURITY.md', () => {
  const rows = threats(read('SECURITY.md'))

  it('are of every category of STRIDE, each with a mitigation', () => {
    expect([...new Set(rows.map(({ category }) => category))]).toEqual(CATEGORIES)
    for (const { threat, mitigation } of rows) {
      expect(threat).not.toBe('')
      expect(mitigation).not.toBe('')
    }
  })

  it('each name a test that exists', () => {
    const missing = rows.filter(({ path, title }) => path === '' || !hasTest(read(path), title))
    expect(missing).toEqual([])
  })
})

describe('looking for a test by its title', () => {
  it.each([
    ['a test', "it('keeps it', async () => {})", true],
    ['a test of several cases', "it.each(cases)(\n  'keeps it',\n  async () => {})", true],
    ['a group', "describe('keeps it', () => {})", false],
    ['a text', "const title = 'keeps it'", false],
    ['a longer title', "it('keeps it all', async () => {})", false],
  ])('tells %s from others', (_name, source, expected) => {
    expect(hasTest(source, 'keeps it')).toBe(expected)
  })
})
