import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { DeploymentKey } from '../encryption/deployment-key.ts'
import { type LinkKeys, readLink, signLink } from '../encryption/link-token.ts'

/** The beginning of the paths of links. */
export const EXPORTS_PATH = '/exports/'
/** The ending of the address of a manifest. */
export const MANIFEST = '/manifest.json'
/** Stands in the address of a file of a message, between the link and the file's id. */
export const FILES = '/files/'
/** Minutes for which a link is valid. */
export const LINK_MINUTES = 10

const KIND = 'export link'

/** The file that a link leads to, the one person it is for, and its end. */
export interface ExportLink {
  companyId: string
  exportId: string
  userId: string
  expiresAt: Date
}

/** Returns the token of a link, which is a credential. */
export function linkToken(keys: LinkKeys, link: ExportLink): Promise<string> {
  const { companyId, exportId, userId, expiresAt } = link
  return signLink(keys, KIND, { ids: [companyId, exportId, userId], expiresAt })
}

/** Reads a token that this deployment has made; null if it has not. Nothing of it is true before `isGenuine` says so. */
export async function readLinkToken(
  deploymentKey: DeploymentKey,
  token: string,
): Promise<(ExportLink & { isGenuine(keys: CompanyKeys): boolean }) | null> {
  const link = await readLink(deploymentKey, token, 3)
  if (!link) return null
  const [companyId = '', exportId = '', userId = ''] = link.ids
  const { expiresAt } = link
  return { companyId, exportId, userId, expiresAt, isGenuine: (keys) => link.isGenuine(keys, KIND) }
}
