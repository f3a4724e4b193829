import { createHash } from 'node:crypto'
import { format } from './export-format.ts'
import type { ExportFormat } from './export-row.ts'
import { countFiles, type ExportedFiles } from './exported-files.ts'
import type { ExportedMessage } from './exported-message.ts'
import {
  type ExportScope,
  type ExportSource,
  exportedMessages,
  type ReadingOptions,
} from './exported-messages.ts'

/** The outcome of an export. */
export interface Written {
  messageCount: number
  bytes: number
  /** SHA-256 of the file in hexadecimal. */
  checksum: string
  files: ExportedFiles
}

/** How an export is written. */
export interface WritingOptions extends ReadingOptions {
  format: ExportFormat
  /** Takes the content of the file, to its end. */
  write(content: AsyncIterable<Buffer>): Promise<void>
}

/** Writes the messages of a scope, and returns how many there were and the checksum. Holds a few hundred of them at a time. */
export async function writeExport(
  source: ExportSource,
  scope: ExportScope,
  { format: as, write, ...reading }: WritingOptions,
): Promise<Written> {
  let messageCount = 0
  const files = countFiles()
  let bytes = 0
  const hash = createHash('sha256')
  async function* counted(batches: AsyncIterable<ExportedMessage[]>): AsyncGenerator<ExportedMessage[]> {
    for await (const messages of batches) {
      yield messages
      messageCount += messages.length
      for (const { attachments } of messages) attachments.forEach(files.add)
    }
  }
  async function* measured(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  await write(measured(format(counted(exportedMessages(source, scope, reading)), as)))
  return { messageCount, bytes, checksum: hash.digest('hex'), files: files.counted() }
}
