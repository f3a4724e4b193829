import { assertUsableKeys } from '../../auth/check-issuer.ts'
import type { IdentitySettings } from '../../env.ts'
import type { Findings } from './findings.ts'

/** Checks that access tokens can be verified. */
export async function checkIssuer(identity: IdentitySettings | undefined, findings: Findings): Promise<void> {
  await findings.check('token issuer', async () => {
    if (!identity) return 'the development issuer, whose key lies in the data directory'
    const usable = await assertUsableKeys(identity.jwksUrl, identity.algorithms)
    return `${identity.issuer} has ${usable} usable ${usable === 1 ? 'key' : 'keys'}`
  })
}
