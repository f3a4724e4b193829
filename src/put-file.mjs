import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const staleAfterMs = 24 * 60 * 60 * 1000

/** Writes a file of a build whole, and only where it differs: any number of commands may build and load at the same time. */
export async function putFile(path, contents) {
  const present = await readFile(path).catch(() => null)
  if (present?.equals(contents)) return
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, contents)
  await rename(draft, path)
}

/** Removes files of earlier builds a day later: a process that is starting, or an open page, may still load them. */
export async function removeStale(folder, current) {
  for (const name of await readdir(folder)) {
    if (current.has(name) || !/-[A-Z0-9]{8}\.js(\.map|\.br|\.gz)?(\.\d+)?$/.test(name)) continue
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > staleAfterMs) await rm(path, { force: true })
  }
}
