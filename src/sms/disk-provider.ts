import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createFileOnce } from '../data-directory/create-file-once.ts'
import { createFolder } from '../data-directory/create-folder.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import type { SmsProvider } from './provider.ts'

/** A number that no carrier gives to anybody. */
const DEFAULT_FROM = '+15005550006'

/** Creates the default provider: it writes each SMS into a private file in `folder`, and nobody receives it. */
export function createDiskProvider(folder: string): SmsProvider {
  return {
    name: 'disk',
    defaultFrom: DEFAULT_FROM,
    async send({ from, to, body }) {
      const sid = `SM${randomUUID().replaceAll('-', '')}`
      const name = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${sid}.txt`
      try {
        await createFolder(folder)
        await createFileOnce(join(folder, name), `From: ${from}\nTo: ${to}\n\n${body}\n`)
        return { kind: 'ACCEPTED', sid }
      } catch (error) {
        return { kind: 'LATER', code: errorCode(error) ?? 'unknown' }
      }
    },
    check: async () => `written to ${folder}; nobody receives it until SMS_PROVIDER names one`,
  }
}
