import { randomBytes } from 'node:crypto'
import { isSameSecret } from '../text/same-secret.ts'

/** A link that opens GraphiQL of the demo people once, for people at other machines than the server's. */
export interface DemoLink {
  /** The query of the link, such as `demo=…`. */
  readonly query: string
  /** Returns true for the first visitor with the link. */
  use(parameters: URLSearchParams): boolean
}

/** Creates a link that works once. */
export function createDemoLink(): DemoLink {
  const code = randomBytes(18).toString('base64url')
  let isUsed = false
  return {
    query: `demo=${code}`,
    use(parameters) {
      const given = parameters.get('demo')
      if (isUsed || given === null || !isSameSecret(given, code)) return false
      isUsed = true
      return true
    },
  }
}
