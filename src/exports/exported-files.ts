import { createHash } from 'node:crypto'
import type { Attached } from './exported-message.ts'

/** The files of an export, which lie beside it. */
export interface ExportedFiles {
  count: number
  bytes: number
  /** SHA-256 in hexadecimal of their list in the order of the export, a line for each as `sha256sum` prints it: checksum and id. */
  sha256: string
}

/** Counts the files of an export, whose checksums are in its messages, and makes one checksum of them all. */
export function countFiles(): { add(file: Attached): void; counted(): ExportedFiles } {
  const hash = createHash('sha256')
  let [count, bytes] = [0, 0]
  return {
    add({ id, size, sha256 }) {
      count += 1
      bytes += size
      hash.update(`${sha256 ?? 'unreadable'}  ${id}\n`)
    },
    counted: () => ({ count, bytes, sha256: hash.digest('hex') }),
  }
}
