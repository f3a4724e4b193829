import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { DeploymentKey } from '../encryption/deployment-key.ts'
import { type LinkKeys, readLink, signLink } from '../encryption/link-token.ts'

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
export function fileToken(keys: LinkKeys, use: FileUse, link: FileLink): Promise<string> {
  const { companyId, attachmentId, userId, expiresAt } = link
  return signLink(keys, kindOf(use), { ids: [companyId, attachmentId, userId], expiresAt })
}

/** Reads a token that this deployment has made; null if it has not. Nothing of it is true before `isFor` says so. */
export async function readFileToken(
  deploymentKey: DeploymentKey,
  token: string,
): Promise<(FileLink & { isFor(keys: CompanyKeys, use: FileUse): boolean }) | null> {
  const link = await readLink(deploymentKey, token, 3)
  if (!link) return null
  const [companyId = '', attachmentId = '', userId = ''] = link.ids
  const { expiresAt } = link
  return {
    ...{ companyId, attachmentId, userId, expiresAt },
    isFor: (keys, use) => link.isGenuine(keys, kindOf(use)),
  }
}

function kindOf(use: FileUse): string {
  return `file link ${use.toLowerCase()}`
}
