import { round } from './report.ts'

/** An event of a trace; times are in microseconds. */
interface TraceEvent {
  name: string
  pid: number
  tid: number
  ts: number
  dur?: number
}

/** Reads a trace of Chromium, and returns the milliseconds that the page's main thread worked for each frame. */
export function frameWork(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}.${tid}`
  const begun = traceEvents.filter(({ name }) => name === 'Commit')
  const threads = [...new Set(begun.map(threadOf))]
  const framesOf = (thread: string) => begun.filter((event) => threadOf(event) === thread)
  const [thread] = threads.sort((one, other) => framesOf(other).length - framesOf(one).length)
  if (!thread) throw new Error('The trace has no frames.')
  const starts = framesOf(thread)
    .map(({ ts }) => ts)
    .sort((one, other) => one - other)
  const work = new Array<number>(starts.length).fill(0)
  const tasks = traceEvents
    .filter((event) => event.name === 'RunTask' && threadOf(event) === thread)
    .sort((one, other) => one.ts - other.ts)
  let at = 0
  for (const { ts, dur = 0 } of tasks) {
    // A task begins before the commit of the frame that is made in it.
    while (at + 1 < starts.length && (starts[at + 1] ?? 0) <= ts + dur) at += 1
    work[at] = (work[at] ?? 0) + dur / 1000
  }
  return work.map(round)
}
