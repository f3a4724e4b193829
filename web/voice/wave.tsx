import { useLayoutEffect, useRef } from 'preact/hooks'

/** Bars of a waveform. */
export const BARS = 48
const MIN_PX = 2
const QUIET = 0.4

/** The waveform of a voice note, drawn: bars up to what is played stand out. Peaks and `played` go from 0 to 1. */
export function Wave({ peaks, played }: { peaks: readonly number[]; played: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const box = canvas.current
    const pen = box?.getContext('2d')
    if (!box || !pen) return
    const width = box.clientWidth * devicePixelRatio
    const height = box.clientHeight * devicePixelRatio
    box.width = width
    box.height = height
    pen.fillStyle = getComputedStyle(box).color
    const step = width / BARS
    for (let at = 0; at < BARS; at += 1) {
      const bar = Math.max(MIN_PX * devicePixelRatio, (peaks[at] ?? 0) * height)
      pen.globalAlpha = at / BARS < played ? 1 : QUIET
      pen.fillRect(at * step, (height - bar) / 2, step * 0.6, bar)
    }
  })
  return <canvas ref={canvas} class="wave" />
}
