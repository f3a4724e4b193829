/**
 * Creates a clock of the time that has passed, in milliseconds. It goes on while the host is suspended, which the monotonic clock
 * does not, and never back, which the wall clock does when it is set. A wall clock that is set forward counts as passed.
 */
export function createPassedTime(monotonic = () => performance.now(), wall = () => Date.now()): () => number {
  let last = { monotonic: monotonic(), wall: wall() }
  let passed = 0
  return () => {
    const now = { monotonic: monotonic(), wall: wall() }
    passed += Math.max(now.monotonic - last.monotonic, now.wall - last.wall)
    last = now
    return passed
  }
}
