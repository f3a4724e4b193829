import { type Context, createContext, type Services } from '../../context.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { KeyUnavailableError } from '../../encryption/errors.ts'
import { RequestError } from '../../errors.ts'
import type { Permission } from '../../members/permissions.ts'
import { FileRequestRefused } from '../errors.ts'
import { type FileLink, type FileUse, readFileToken } from '../file-link.ts'

/** A link that is genuine and not over, with the context of its person as they are now. */
export interface Linked extends FileLink {
  use: FileUse
  keys: CompanyKeys
  context: Context
}

/**
 * Finds the person of a link, and asks anew for the permission. Throws FileRequestRefused: a forged token and one of another company
 * are answered alike.
 */
export async function findLinked(
  services: Services,
  token: string,
  uses: readonly FileUse[],
  permission: Permission,
): Promise<Linked> {
  const link = await readFileToken(services.deploymentKey, token)
  if (!link) throw unknown()
  const { companyId, userId, expiresAt } = link
  // First, since the keyring makes keys for a company that has none.
  const viewer = await services.viewers.findAnew(companyId, userId).catch(unknownIfRefused)
  const keys = await services.keyring.forCompany(companyId).catch(unknownIfDestroyed)
  const use = uses.find((each) => link.isFor(keys, each))
  if (!use) throw unknown()
  if (expiresAt.getTime() <= Date.now())
    throw new FileRequestRefused(410, 'The link is over: create another.')
  if (!viewer.company.messagingEnabled || !viewer.permissions.has(permission))
    throw new FileRequestRefused(403, `You lack the permission ${permission}.`)
  const context = createContext(services, { ...viewer, expiresAt, mayChangeCompany: false })
  return { ...link, use, keys, context }
}

/** The answer for whatever is not there, is hidden, or was never there. */
export function unknown(): FileRequestRefused {
  return new FileRequestRefused(404, 'There is no such file.')
}

function unknownIfRefused(error: unknown): never {
  if (error instanceof RequestError && error.code === 'FORBIDDEN') throw unknown()
  throw error
}

function unknownIfDestroyed(error: unknown): never {
  if (error instanceof KeyUnavailableError || (error instanceof RequestError && error.code === 'FORBIDDEN'))
    throw unknown()
  throw error
}
