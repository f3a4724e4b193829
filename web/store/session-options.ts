import type { Tier } from '../link/transports.ts'
import type { TokenSource } from './token.ts'

/** The settings of a session, from the attributes of the elements. */
export interface SessionOptions {
  url: string
  companyId: string | undefined
  workerUrl: string | null
  /** The service worker of push messages; null where the page's origin serves none. */
  pushWorkerUrl: string | null
  tier: Tier | null
  token: TokenSource
}
