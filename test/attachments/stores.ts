import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AttachmentSettings } from '../../src/env/attachments.ts'
import { readEnvironment } from '../../src/env.ts'
import { decodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import { type S3Stub, startS3 } from '../support/s3.ts'

/** The bytes of an attachment, by the names that its store gives them. */
export interface StoredFiles {
  names(): Promise<string[]>
  read(name: string): Promise<Buffer>
  write(name: string, bytes: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
  /** Leaves something as a process does that is killed while it writes. */
  leaveHalf(): Promise<void>
}

/** A server whose files lie in one of the stores. */
export interface AppWithFiles extends TestApp {
  /** The name of the first part of an upload, and the names of an upload of two parts. */
  firstPart: string
  twoParts: string[]
  s3: S3Stub | undefined
  filesOf(companyUuid: string, attachmentId: string): StoredFiles
}

/** The stores that files may lie in. The tests of files run on each. */
export const STORES = ['disk', 'S3'] as const
export type StoreName = (typeof STORES)[number]

/** Starts a server whose files lie in this store. */
export async function startWithFiles(
  store: StoreName,
  options: TestAppOptions & { attachments?: Partial<AttachmentSettings> } = {},
): Promise<AppWithFiles> {
  const s3 = store === 'S3' ? await startS3() : undefined
  const attachments = { ...readEnvironment({}).attachments, s3: s3?.settings, ...options.attachments }
  const app = await startApp({ ...options, environment: { ...options.environment, attachments } })
  return {
    ...app,
    s3,
    firstPart: s3 ? 'upload' : 'upload.0',
    twoParts: s3 ? ['upload'] : ['upload.0', 'upload.1'],
    filesOf(companyUuid, attachmentId) {
      const path = join(companyUuid, decodeId(attachmentId)?.uuid ?? '')
      return s3
        ? inBucket(s3, `${s3.settings.prefix}${path}/`)
        : inFolder(join(app.environment.dataDirectory, 'files', path))
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await s3?.[Symbol.asyncDispose]()
    },
  }
}

function inFolder(folder: string): StoredFiles {
  return {
    names: async () => (existsSync(folder) ? (await readdir(folder)).sort() : []),
    read: (name) => readFile(join(folder, name)),
    write: (name, bytes) => writeFile(join(folder, name), bytes),
    remove: (name) => rm(join(folder, name)),
    async leaveHalf() {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'upload.0.01a22d15.draft'), 'half')
    },
  }
}

function inBucket({ objects, uploads }: S3Stub, prefix: string): StoredFiles {
  const all = () => [...objects.keys(), ...[...uploads.values()].map(({ key }) => `${key} begun`)]
  return {
    names: async () =>
      all()
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length))
        .sort(),
    read: async (name) => objects.get(prefix + name) ?? Buffer.alloc(0),
    write: async (name, bytes) => void objects.set(prefix + name, Buffer.from(bytes)),
    remove: async (name) => void objects.delete(prefix + name),
    async leaveHalf() {
      uploads.set(`half ${prefix}`, { key: `${prefix}upload`, parts: new Map([[1, Buffer.from('half')]]) })
    },
  }
}
