import { createHash } from 'node:crypto'
import { readFile, rename, rm } from 'node:fs/promises'
import { createFileOnce, writeDraft } from './create-file-once.ts'
import { processIdentity } from './living-process.ts'
import { errorCode } from './storage-problem.ts'

/** Other users must be able to see whether the owner runs. */
const readableByAll = 0o644

interface Owner {
  pid: number
  identity: string | null
}

/** Thrown if a running process holds the lock. It names the process. */
export class LockHeld extends Error {
  override name = 'LockHeld'
  readonly pid: number

  constructor(pid: number) {
    super(`Held by process ${pid}`)
    this.pid = pid
  }
}

/**
 * Takes a lock file for this process and returns the function that releases it. A lock whose owner has died is taken
 * over at once. Throws LockHeld if the owner runs.
 * Node has no flock, so the file names its owner. A dead owner's file is replaced under a second lock, which is named
 * after the content to be replaced, so that nobody replaces a file that has changed since.
 */
export async function takeProcessLock(path: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({
    pid: process.pid,
    identity: await processIdentity(process.pid),
  } satisfies Owner)
  while (!(await createFileOnce(path, mine, readableByAll))) {
    const found = await readLock(path)
    if (found === null) continue
    const owner = parseOwner(found)
    if (owner !== null && (await isAlive(owner))) throw new LockHeld(owner.pid)
    if (await replaceLock(path, found, mine)) break
  }
  return async () => {
    if ((await readLock(path)) === mine) await rm(path, { force: true })
  }
}

async function replaceLock(path: string, expected: string, mine: string): Promise<boolean> {
  const release = await takeProcessLock(
    `${path}.${createHash('sha256').update(expected).digest('hex').slice(0, 8)}`,
  )
  try {
    if ((await readLock(path)) !== expected) return false
    await rename(await writeDraft(path, mine, readableByAll), path)
    return true
  } finally {
    await release()
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  const identity = await processIdentity(owner.pid)
  return identity !== null && identity === owner.identity
}

function parseOwner(content: string): Owner | null {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('identity' in value))
      return null
    if (typeof value.pid !== 'number' || typeof value.identity !== 'string') return null
    return { pid: value.pid, identity: value.identity }
  } catch {
    return null
  }
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
