import { type Context, createContext } from '../../src/context.ts'
import type { TestApp } from './app.ts'
import type { Client } from './client.ts'

/** The context of an operation of this person, for what can only be shown from inside the process. */
export async function contextOf(app: TestApp, companyUuid: string, { uuid }: Client): Promise<Context> {
  const { services } = app.application
  const profile = await services.viewers.find(companyUuid, uuid)
  const expiresAt = new Date(Date.now() + 3_600_000)
  return createContext(services, { ...profile, expiresAt, mayChangeCompany: false })
}
