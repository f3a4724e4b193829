import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'

/** A built file as esbuild describes it. */
interface Output {
  imports: { path: string; kind: string }[]
  entryPoint?: string
}

interface Bundle {
  files: { path: string; contents: Uint8Array }[]
  outputs: Record<string, Output>
}

const CONSOLE = /^web\/(console\/|elements\/console\.)/

/** Kilobytes that a page loads, compressed, whichever way it comes to the code. */
describe('the size of the elements', () => {
  let bundle: Bundle
  beforeAll(async () => {
    const build = (await import('../../web/build.mjs' as string)) as { bundle(): Promise<Bundle> }
    bundle = await build.bundle()
  })

  it('stays within the budget of the loader', () => {
    expect(kilobytes(closure('web/elements/colloquy.ts'))).toBeLessThan(3)
  })

  it('stays within the budget of a collapsed widget', () => {
    expect(kilobytes(collapsed()) - kilobytes(closure('web/locales/en.ts'))).toBeLessThan(24)
  })

  it('stays within the budget of the worker that holds the socket of all tabs', () => {
    expect(kilobytes(closure('web/link/worker.ts'))).toBeLessThan(10)
  })

  it('stays within the budget of an open conversation', () => {
    const opened = closure('web/elements/panel.tsx').filter((file) => !collapsed().includes(file))
    expect(kilobytes(opened)).toBeLessThan(22)
  })

  it('stays within the budget of the whole messenger', () => {
    expect(kilobytes(messenger())).toBeLessThan(65)
  })

  it('stays within the budget of files and voice notes beside the messenger', () => {
    const known = messenger()
    const added = closure('web/elements/files.ts').filter((file) => !known.includes(file))
    expect(kilobytes(added)).toBeLessThan(8)
  })

  it('stays within the budget of the console beside the messenger, whichever section is open', () => {
    const sections = entriesLike(/^web\/console\//)
    expect(sections.length).toBeGreaterThan(8)
    const known = messenger()
    for (const section of sections) {
      const files = ['web/elements/console.tsx', section].flatMap(closure)
      const added = files.filter((file) => !known.includes(file))
      expect({ section, isWithin: kilobytes(added) < 15 }).toEqual({ section, isWithin: true })
    }
  })

  it.each(['en', 'de', 'fr'])('stays within the budget of the texts in %s', (locale) => {
    expect(kilobytes(closure(`web/locales/${locale}.ts`))).toBeLessThan(4)
    for (const words of [`console/${locale}`, `console/settings-${locale}`, `files/${locale}`]) {
      expect(kilobytes(closure(`web/locales/${words}.ts`))).toBeLessThan(4)
    }
  })

  it('stays within the budget of signing in on the pages of the server', () => {
    expect(kilobytes(closure('web/sign-in/page.ts'))).toBeLessThan(10)
  })

  function messenger(): string[] {
    // Browsers with shared workers have the hub in the worker; a language is counted by itself.
    const others = /^web\/(sign-in\/|locales\/|elements\/(widget|panel|badge|files)\.)/
    return entriesLike(/./)
      .filter((entry) => !others.test(entry) && !CONSOLE.test(entry))
      .flatMap(closure)
  }

  function entriesLike(pattern: RegExp): string[] {
    return Object.values(bundle.outputs).flatMap(({ entryPoint = '' }) =>
      pattern.test(entryPoint) ? [entryPoint] : [],
    )
  }

  function collapsed(): string[] {
    return ['web/elements/colloquy.ts', 'web/elements/widget.tsx', 'web/locales/en.ts'].flatMap(closure)
  }

  /** The file of an entry and all that it imports at once. */
  function closure(entry: string): string[] {
    const start = Object.entries(bundle.outputs).find(([, { entryPoint }]) => entryPoint === entry)?.[0]
    if (!start) throw new Error(`${entry} is no entry.`)
    const found = new Set([start])
    for (const path of found) {
      for (const { path: next, kind } of bundle.outputs[path]?.imports ?? []) {
        if (kind === 'import-statement') found.add(next)
      }
    }
    return [...found]
  }

  function kilobytes(paths: string[]): number {
    const names = new Set(paths.map((path) => basename(path)))
    const sizes = bundle.files
      .filter(({ path }) => names.has(basename(path)))
      .map(({ contents }) => gzipSync(contents, { level: 9 }).byteLength)
    return sizes.reduce((sum, size) => sum + size, 0) / 1000
  }
})
