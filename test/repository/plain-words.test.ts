import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Generated files follow their generators, and this file contains the words that it looks for. */
const SKIPPED =
  /(^|\/)generated\/|^(src\/client|web\/(api|console))\/operations\.ts$|(^|\/)plain-words\.test\.ts$/

const LOOKED_AT = /^(src|bench|test|web)\/.*\.tsx?$|^prisma\/(sql|migrations)\/.*\.sql$/

const files = ['src', 'bench', 'test', 'web', 'prisma']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map(
      (name) => `${folder}/${String(name).replaceAll('\\', '/')}`,
    ),
  )
  .filter((path) => LOOKED_AT.test(path) && !SKIPPED.test(path))
  .concat('prisma/schema.prisma', 'schema.graphql')
  .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }))

const QUESTION_WORD = '(?:What|Who|Whoever|Whose|Whom)\\b'

/** Matches a line of a comment with a sentence that begins with a question word. */
const COMMENT = new RegExp(`(?:^\\s*(?:/{2,3}|/\\*\\*|\\*|--)|\\s(?://|--)) (?:.*[.:;!?] )?${QUESTION_WORD}`)

/** Matches the beginning of a test title with a question word. */
const TITLE = new RegExp(`\\b(?:describe|it|test)\\b[^'"\`]*\\(\\s*['"\`]${QUESTION_WORD}`, 'i')

/** Matches a description of the schema, which stands in its lines without code. */
const DESCRIPTION = new RegExp(`^\\s*(?:""" ?)?(?:.*[.:;!?] )?${QUESTION_WORD}`)

/** Words that the glossary has replaced. Each may have a reason for which it still stands somewhere. */
const REPLACED: { word: RegExp; instead: string; except?: RegExp }[] = [
  { word: /\bwake-?ups?\b/i, instead: 'notification' },
  { word: /\bbeacons?\b/i, instead: 'poll' },
  { word: /\bchores?\b/i, instead: 'system' },
  { word: /patience/i, instead: 'retry policy' },
  { word: /\bshort-?memory\b/i, instead: 'TTL cache' },
  { word: /\bheld-?channels?\b/i, instead: 'channel subscriptions' },
  { word: /\bas-of-delivery\b/i, instead: 'recheck access' },
  { word: /\bunanswered\b/i, instead: 'in flight' },
  { word: /\bRefusal\b/, instead: 'RequestError' },
  { word: /\bMOST_/, instead: 'MAX_' },
  // GraphiQL calls its panel of documentation so.
  { word: /\bexplorer\b/i, instead: 'graphiql', except: /Documentation Explorer|doc-explorer/ },
  { word: /\bfeatures \d/, instead: 'the rule itself' },
]

function linesWith(matches: (line: string, path: string) => boolean): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, at) => (matches(line, path) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
  )
}

describe('the words of comments, titles and descriptions', () => {
  it('cover all folders', () => {
    expect(files.length).toBeGreaterThan(600)
    expect(files.map(({ path }) => basename(path))).toEqual(
      expect.arrayContaining([
        'schema.graphql',
        'schema.prisma',
        'send_message.sql',
        'hub.ts',
        'composer.tsx',
      ]),
    )
  })

  it('begin no sentence of a comment with a question word', () => {
    const found = linesWith((line, path) => path !== 'schema.graphql' && COMMENT.test(line))
    expect(found).toEqual([])
  })

  it('begin no test title with a question word', () => {
    expect(linesWith((line) => TITLE.test(line))).toEqual([])
  })

  it('begin no sentence of a description with a question word', () => {
    expect(linesWith((line, path) => path === 'schema.graphql' && DESCRIPTION.test(line))).toEqual([])
  })

  it.each(REPLACED)('use $instead for $word', ({ word, except }) => {
    expect(linesWith((line) => word.test(line) && !except?.test(line))).toEqual([])
  })

  it.each([
    [COMMENT, '  /** What it holds. */'],
    [COMMENT, '-- Locks the row. Whoever waits sees it.'],
    [COMMENT, 'const a = 1 // Who asks.'],
    [TITLE, "it.each([1])('what is kept', () => {"],
    [DESCRIPTION, '  """What became of it."""'],
  ])('are recognised by %s', (pattern, line) => {
    expect(line).toMatch(pattern)
  })
})
