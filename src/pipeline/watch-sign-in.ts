import { MembershipRefused } from '../auth/choose-membership.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import type { RequestOrigin } from '../http/request-origin.ts'

/**
 * Has the audit trails of companies tell that a member of theirs may not sign in. A login that no company knows is in no trail,
 * because there is none to tell it in.
 */
export async function watchSignIn(
  { audit }: Services,
  signingIn: Promise<Viewer>,
  findOrigin: () => RequestOrigin,
): Promise<Viewer> {
  try {
    return await signingIn
  } catch (error) {
    if (error instanceof MembershipRefused) {
      for (const { companyId, userId } of error.memberships) {
        const origin = findOrigin()
        audit.refusals.add({ companyId, userId, kind: 'sign_in.refused', reason: 'disabled', origin })
      }
    }
    throw error
  }
}
