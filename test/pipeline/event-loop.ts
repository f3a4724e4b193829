/** How long, in milliseconds, the event loop was held up at most while `work` ran; the least of some tries, as others use the machine. */
export async function longestStall(work: () => Promise<unknown>, bound: number, tries = 4): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < tries && least > bound; attempt += 1) {
    least = Math.min(least, await stallOf(work))
  }
  return least
}

async function stallOf(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = performance.now()
  const ticker = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
  try {
    await work()
    await new Promise((resolve) => setTimeout(resolve, 2))
  } finally {
    clearInterval(ticker)
  }
  return longest
}
