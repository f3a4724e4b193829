import type { CompanyKeys } from '../encryption/company-keys.ts'
import { readLink, signLink } from '../encryption/link-token.ts'

/** The beginning of the paths of links to files. */
export const FILES_PATH = '/files/'
/** The beginning of the paths of uploads. */
export const UPLOADS_PATH = '/files/uploads/'
/** Minutes for which a link to a file is valid. */
export const LINK_MINUTES = 5

/** The uses of a link: to upload, or to read the file or its thumbnail. */
export type FileUse = 'UPLOAD' | 'ORIGINAL' | 'THUMBNAIL'

/** The attachment that a link leads to, the one person it is for, and its end. */
export interface FileLink {
  companyId: string
  attachmentId: string
  userId: string
  expiresAt: Date
}

/** Returns the token of a link, which is a credential. */
export function fileToken(keys: CompanyKeys, use: FileUse, link: FileLink): string {
  const { companyId, attachmentId, userId, expiresAt } = link
  return signLink(keys, kindOf(use), { ids: [companyId, attachmentId, userId], expiresAt })
}

/** Reads a token; nothing of it is true before `isFor` says so. Null if it is none. */
export function readFileToken(
  token: string,
): (FileLink & { isFor(keys: CompanyKeys, use: FileUse): boolean }) | null {
  const link = readLink(token, '', 3)
  if (!link) return null
  const [companyId = '', attachmentId = '', userId = ''] = link.ids
  return {
    ...{ companyId, attachmentId, userId, expiresAt: link.expiresAt },
    isFor: (keys, use) => readLink(token, kindOf(use), 3)?.isGenuine(keys) ?? false,
  }
}

function kindOf(use: FileUse): string {
  return `file link ${use.toLowerCase()}`
}
