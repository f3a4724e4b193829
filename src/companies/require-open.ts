import type { Viewer } from '../auth/viewer.ts'
import { Refusal } from '../errors.ts'

/**
 * Holds a company's two switches (features 1.11). Throws MESSAGING_DISABLED while messaging is off, and READ_ONLY in safe
 * mode for writes, and for reads by anybody but moderators.
 */
export function requireOpen({ company, permissions }: Viewer, access: 'read' | 'write'): void {
  if (!company.messagingEnabled) {
    throw new Refusal('MESSAGING_DISABLED', 'Messaging is switched off in this company.')
  }
  if (!company.safeMode) return
  if (access === 'write') {
    throw new Refusal('READ_ONLY', 'The company is in safe mode: nothing can be written.')
  }
  if (!permissions.has('MESSAGE_MODERATE')) {
    throw new Refusal('READ_ONLY', 'The company is in safe mode: only moderators can read.')
  }
}
