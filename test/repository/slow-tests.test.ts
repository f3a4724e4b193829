import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, it } from 'vitest'

const test = new URL('../', import.meta.url)

/** Matches files that start servers or commands as processes of their own. */
const STARTS_PROCESSES = /\b(bundleProgram|bundleColloquy|openCommandLine|startEmbeddedPostgres)\(/
/** Matches files that end, freeze or empty a Redis server while others use it. */
const BREAKS_REDIS = /\b(redis|server)\??\.(kill|restart|stop)\(|\b(forgetAll|freezeFor)\(/
/** Matches files that open pages in Chromium. */
const OPENS_PAGES = /\b(launchChromium|demoSite)\(/

/** The names of the test files whose text matches `pattern`. */
async function filesWith(pattern: RegExp): Promise<string[]> {
  const names = (await readdir(test, { recursive: true })).filter((name) => name.endsWith('.test.ts'))
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, test), 'utf8')))
  return names.filter((_name, at) => pattern.test(texts[at] ?? ''))
}

it.each([
  ['starts processes', STARTS_PROCESSES, '.process.test.ts'],
  ['breaks a Redis server', BREAKS_REDIS, '.process.test.ts'],
  ['opens pages in a browser', OPENS_PAGES, '.browser.test.ts'],
])('a test file that %s is none of npm test', async (_does, pattern, ending) => {
  const files = await filesWith(pattern)
  expect(files.length).toBeGreaterThan(3)
  expect(files.filter((name) => !basename(name).endsWith(ending) && !name.startsWith('chaos/'))).toEqual([])
})
