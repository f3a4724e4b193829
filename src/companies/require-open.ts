import type { Viewer } from '../auth/viewer.ts'
import { RequestError } from '../errors.ts'

/**
 * Holds a company's two switches. Throws MESSAGING_DISABLED while messaging is off, and READ_ONLY in safe
 * mode for writes, and for reads by anybody but moderators.
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
