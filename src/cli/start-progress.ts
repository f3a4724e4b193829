/** Shows on the console what a start is doing. */
export interface StartProgress {
  /** Begins the next step, such as "Creating the tables". */
  step(text: string): void
  done(): void
}

const FRAME_MS = 250
const CLEAR_LINE = '\r\u001b[K'

/** On a terminal, one line that counts the seconds. Elsewhere a line per step if `plain`, otherwise nothing. */
export function startProgress(
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  plain: boolean,
): StartProgress {
  let timer: NodeJS.Timeout | undefined
  const done = () => {
    if (timer) out.write(CLEAR_LINE)
    clearInterval(timer)
    timer = undefined
  }
  return {
    step(text) {
      done()
      if (!out.isTTY) {
        if (plain) out.write(`${text} …\n`)
        return
      }
      const start = Date.now()
      const draw = () => out.write(`${CLEAR_LINE}${text} … ${Math.round((Date.now() - start) / 1000)} s`)
      draw()
      timer = setInterval(draw, FRAME_MS)
      timer.unref()
    },
    done,
  }
}
