import { createConfiguredVerifier } from '../auth/configured-verifier.ts'
import { type DevelopmentIssuer, openDevelopmentIssuer } from '../auth/development-issuer.ts'
import { createSignIn } from '../auth/sign-in.ts'
import { createViewerDirectory } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import type { Database } from '../database/database.ts'
import type { Delivery } from './open-delivery.ts'
import type { Opening } from './opening.ts'

/** The services that tell who somebody is, and the issuer of tokens if no identity provider signs them. */
export interface Identification extends Pick<Services, 'viewers' | 'signIn'> {
  developmentIssuer: DevelopmentIssuer | undefined
}

/** Opens sign-in. Viewers are found again after a change of access in their company. */
export async function openSignIn(
  { environment, dataDirectory, log, undo }: Opening,
  database: Database,
  { live, presence }: Delivery,
): Promise<Identification> {
  const developmentIssuer = environment.identity ? undefined : await openDevelopmentIssuer(dataDirectory)
  const verifier = createConfiguredVerifier(environment, developmentIssuer, log)
  undo.push(async () => verifier.close())
  const viewers = createViewerDirectory(database)
  live.onAccessChanged((companyId) => {
    viewers.forget(companyId)
    presence.recheck(companyId)
  })
  const memberClaim = environment.identity?.memberClaim ?? 'sub'
  return { developmentIssuer, viewers, signIn: createSignIn({ database, verifier, viewers, memberClaim }) }
}
