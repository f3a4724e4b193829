import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const MIGRATIONS = 'prisma/migrations'
const DEFINITION =
  /create or replace function (app\.\w+)\s*\(([\s\S]*?)\)\s*(returns\s+(?:table\s*\([^)]*\)|setof\s+[\w.[\]]+|[\w.[\]]+)|language)/g
const COMMAS = /,(?![^(]*\))/

interface Definition {
  /** Name and types of the arguments, by which a release calls it. */
  call: string
  result: string
  migration: string
}

/** The definitions of all functions, in the order of their migrations. */
function definitions(): Definition[] {
  const names = readdirSync(MIGRATIONS).filter((name) => /^\d/.test(name))
  return names.sort().flatMap((migration) => {
    const text = readFileSync(join(MIGRATIONS, migration, 'migration.sql'), 'utf8')
    return [...text.matchAll(DEFINITION)].map(([, name = '', parameters = '', returns = '']) => {
      const all = parameters.split(COMMAS).map((each) => each.trim().split(/\s+/))
      const types = all.flatMap(([first, type]) => (first === 'out' || !type ? [] : [type]))
      const outs = all.filter(([first]) => first === 'out').map((words) => words.join(' '))
      return {
        call: `${name}(${types})`,
        result: [returns.replace(/\s+/g, ' '), ...outs].join(', '),
        migration,
      }
    })
  })
}

// Nodes of an older release go on calling it while this one is rolled out, and after it is rolled back. Another result needs another name,
// or another argument.
it('a function that is called with the same arguments gives the same kind of result in every release', () => {
  const found = definitions()
  expect(found.length).toBeGreaterThan(200)
  const [first, last] = [new Map<string, Definition>(), new Map<string, Definition>()]
  for (const each of found) {
    if (!first.has(each.call)) first.set(each.call, each)
    last.set(each.call, each)
  }
  const changed = [...last.values()].filter(({ call, result }) => first.get(call)?.result !== result)
  expect(changed.map(({ call, result, migration }) => `${call} ${result} in ${migration}`)).toEqual([])
})
