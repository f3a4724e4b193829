import type { Viewer } from '../auth/viewer.ts'
import { RequestError } from '../errors.ts'

/**
 * Enforces the two switches of a company. Throws MESSAGING_DISABLED while messaging is disabled. In safe mode throws
 * READ_ONLY for writes, and for reads by anybody but moderators.
 */
export function requireOpen({ company, permissions }: Viewer, access: 'read' | 'write'): void {
  if (!company.messagingEnabled) {
    throw new RequestError('MESSAGING_DISABLED', 'Messaging is switched off in this company.')
  }
  if (!company.safeMode) return
  if (access === 'write') {
    throw new RequestError('READ_ONLY', 'The company is in safe mode: nothing can be written.')
  }
  if (!permissions.has('MESSAGE_MODERATE')) {
    throw new RequestError('READ_ONLY', 'The company is in safe mode: only moderators can read.')
  }
}

/** True unless `requireOpen` would refuse every write. */
export function isOpenForWriting({ company }: Viewer): boolean {
  return company.messagingEnabled && !company.safeMode
}
