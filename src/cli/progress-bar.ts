/** Shows how far a piece of work has come. */
export interface ProgressBar {
  /** Tells of further work that is done, and in words what it has come to. */
  advance(by: number, words: string): void
  done(): void
}

const WIDTH = 30
const FRAME_MS = 100
const LINE_MS = 5_000
const CLEAR_LINE = '\r\u001b[K'

/** On a terminal, one line with a bar. Elsewhere a line from time to time. */
export function progressBar(out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>, total: number): ProgressBar {
  const everyMs = out.isTTY ? FRAME_MS : LINE_MS
  let passed = 0
  let shownAt = performance.now()
  return {
    advance(by, words) {
      passed += by
      if (performance.now() - shownAt < everyMs) return
      shownAt = performance.now()
      const share = total > 0 ? Math.min(1, passed / total) : 1
      const percent = `${Math.floor(share * 100)} %`.padStart(5)
      const filled = '█'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '░')
      out.write(out.isTTY ? `${CLEAR_LINE}${filled} ${percent}  ${words}` : `${percent.trim()}  ${words}\n`)
    },
    done() {
      if (out.isTTY) out.write(CLEAR_LINE)
    },
  }
}
