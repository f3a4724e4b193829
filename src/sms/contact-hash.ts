import type { DeploymentKey } from '../encryption/deployment-key.ts'

/** The HMAC of a sender and a phone, by which routes and stops are found. */
export function contactHash(key: DeploymentKey, from: string, phone: string): Promise<Buffer> {
  return key.hash('contact', `${from} ${phone}`)
}
