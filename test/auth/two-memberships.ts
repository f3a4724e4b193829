import { expect } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

/** Asks where a request acts. */
export const WHERE = '{ viewer { company { id } user { id } } }'

/** Synchronises one member. */
export async function sync(owner: Client, member: Record<string, unknown>): Promise<void> {
  const result = await owner.mutate('syncMembers', { members: [member] }, 'problems { detail }')
  expect(result).toMatchObject({ __typename: 'SyncMembersPayload', problems: [] })
}

/** Three companies, of which Frank is a member of two. */
export interface Companies {
  app: TestApp
  acme: TestCompany<'alice'>
  globex: TestCompany<'gina'>
  initech: TestCompany<'ivy'>
}

/** Makes the companies on the server that files share. */
export async function startCompanies(): Promise<Companies> {
  const app = await sharedApp()
  return {
    app,
    acme: await app.company('Acme', { alice: 'owner' }),
    globex: await app.company('Globex', { gina: 'owner' }),
    initech: await app.company('Initech', { ivy: 'owner' }),
  }
}

let franks = 0

/** A member of Acme and Globex, by a token that names no company. */
export async function newFrank({ app, acme, globex }: Companies): Promise<Client> {
  franks += 1
  const externalId = `frank-${franks}@both.test`
  for (const owner of [acme.alice, globex.gina]) await sync(owner, { externalId, name: 'Frank Both' })
  return new Client(app.url, await app.issuer.mint({ subject: externalId }), {
    userId: '',
    uuid: '',
    externalId,
  })
}

/** The id that the embedding product has for a company. */
export async function externalIdOf(
  { app }: Companies,
  { companyUuid: id }: { companyUuid: string },
): Promise<string> {
  const { prisma } = app.application.services.database.forSystem(id)
  return (await prisma.company.findFirstOrThrow({ where: { id } })).externalId ?? ''
}

/** The same person by a token that names a company. */
export async function claiming({ app }: Companies, frank: Client, companyId: string): Promise<Client> {
  return frank.at(app.url, await app.issuer.mint({ subject: frank.externalId, companyId }))
}
