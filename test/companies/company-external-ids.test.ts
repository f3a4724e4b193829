import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCompany } from '../../src/companies/operations/create-company.ts'
import { encodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'

let app: TestApp
let acme: TestCompany<'alice'>

beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

function idsOfAcme(): string[] {
  const { companyUuid: uuid } = acme
  const mixed = uuid.replace(/[a-f]/, (letter) => letter.toUpperCase())
  return [uuid, uuid.toUpperCase(), mixed, acme.companyId]
}

function create(externalId: string): Promise<string> {
  return createCompany(app.application.services.database, { name: 'Impostor', externalId, members: [] })
}

describe('the external id of a company', () => {
  it('must not be the id of another company, however it is written', async () => {
    for (const externalId of idsOfAcme()) {
      await expect(create(externalId)).rejects.toThrow('is the id of another company')
    }
  })

  it('is rejected by the database too, whichever role writes it', async () => {
    const { companyUuid: other } = await app.company('Globex', { gina: 'owner' })
    const { prisma } = app.application.services.database.forSystem(other)
    for (const externalId of idsOfAcme()) {
      await expect(prisma.company.update({ where: { id: other }, data: { externalId } })).rejects.toThrow()
      await expect(
        query(
          app.database.adminUrl,
          `insert into companies (id, name, external_id) values ('${randomUUID()}', 'x', '${externalId}')`,
        ),
      ).rejects.toThrow('must not be the id of another company')
    }
  })

  it('keeps a company from taking it as its id afterwards', async () => {
    const later = randomUUID()
    for (const externalId of [later, encodeId('Company', later)]) {
      const impostor = await create(externalId)
      await expect(
        query(app.database.adminUrl, `insert into companies (id, name) values ('${later}', 'Late')`),
      ).rejects.toThrow('must not be the id of another company')
      await query(app.database.adminUrl, `update companies set external_id = null where id = '${impostor}'`)
    }
  })

  it('may be a UUID of the embedding product, an id of another type, or its own', async () => {
    const { userId, uuid } = acme.alice
    for (const externalId of [
      randomUUID(),
      userId,
      uuid,
      encodeId('Message', acme.companyUuid),
      'é'.repeat(59),
    ]) {
      const id = await create(externalId)
      const { prisma } = app.application.services.database.forSystem(id)
      await prisma.company.update({ where: { id }, data: { externalId: id } })
    }
  })
})
