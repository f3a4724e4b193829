/** Tells on the console what a start is busy with. */
export interface StartProgress {
  /** The next thing is being done, such as "Creating the tables". */
  step(text: string): void
  done(): void
}

const FRAME_MS = 250
const CLEAR_LINE = '\r\u001b[K'

/** One line that counts the seconds on a terminal; elsewhere, a line for each step if `plain`, and none otherwise. */
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
