import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { DeploymentKey } from '../encryption/deployment-key.ts'
import { readLink, signLink, stampLink, unstampLink } from '../encryption/link-token.ts'

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
export function fileToken(
  keys: CompanyKeys,
  deploymentKey: DeploymentKey,
  use: FileUse,
  link: FileLink,
): Promise<string> {
  const { companyId, attachmentId, userId, expiresAt } = link
  const token = signLink(keys, kindOf(use), { ids: [companyId, attachmentId, userId], expiresAt })
  return stampLink(deploymentKey, token)
}

/** Reads a token that this deployment has made; null if it has not. Nothing of it is true before `isFor` says so. */
export async function readFileToken(
  deploymentKey: DeploymentKey,
  stamped: string,
): Promise<(FileLink & { isFor(keys: CompanyKeys, use: FileUse): boolean }) | null> {
  const token = await unstampLink(deploymentKey, stamped)
  const link = token === null ? null : readLink(token, '', 3)
  if (token === null || !link) return null
  const [companyId = '', attachmentId = '', userId = ''] = link.ids
  return {
    ...{ companyId, attachmentId, userId, expiresAt: link.expiresAt },
    isFor: (keys, use) => readLink(token, kindOf(use), 3)?.isGenuine(keys) ?? false,
  }
}

function kindOf(use: FileUse): string {
  return `file link ${use.toLowerCase()}`
}
