import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { type Answer, Client } from '../support/client.ts'
import { openEventStream } from '../support/event-stream.ts'
import { sharedApp } from '../support/shared-app.ts'

const IDS = '{ viewer { id user { id } company { id } role { id } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let globex: TestCompany<'gina'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  globex = await app.company('Globex', { gina: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function idOf(client: Client): Promise<string> {
  return (await client.run('{ viewer { id } }')).viewer.id
}

describe('Viewer.id', () => {
  it('is the same for one person in every operation, with every token and however the company is named', async () => {
    const { bob, companyId, companyUuid } = acme
    const id = await idOf(bob)
    const otherToken = bob.at(
      bob.url,
      await app.issuer.mint({ subject: bob.externalId, expiresInSeconds: 90 }),
    )
    expect(await idOf(otherToken)).toBe(id)
    for (const company of [companyId, companyUuid]) {
      const { data } = await bob.send('{ viewer { id } }', {}, { 'x-company-id': company })
      expect(data).toEqual({ viewer: { id } })
    }
    expect(await bob.run('{ a: viewer { id } b: viewer { id unread { total } } }')).toMatchObject({
      a: { id },
      b: { id },
    })
    await using stream = await openEventStream(bob, '{ viewer { id } }', {})
    expect((await stream.event()).event).toEqual({ id })
  })

  it('stays when the person is renamed or gets another role', async () => {
    const { alice, bob } = acme
    const id = await idOf(bob)
    for (const member of [{ name: 'Robert Baker' }, { name: 'Bob Baker', role: 'supervisor' }]) {
      const members = [{ externalId: bob.externalId, ...member }]
      await alice.mutate('syncMembers', { members }, 'problems { detail }')
      expect(await idOf(bob)).toBe(id)
    }
  })

  it('differs between people, and between the companies of one person', async () => {
    const externalId = 'frank@both.test'
    for (const owner of [acme.alice, globex.gina]) {
      await owner.mutate(
        'syncMembers',
        { members: [{ externalId, name: 'Frank Both' }] },
        'problems { detail }',
      )
    }
    const token = await app.issuer.mint({ subject: externalId })
    const frank = new Client(app.url, token, { userId: '', uuid: '', externalId })
    const inCompany = ({ companyId }: { companyId: string }): Promise<Answer> =>
      frank.send('{ viewer { id } }', {}, { 'x-company-id': companyId })
    const ids = [
      await idOf(acme.alice),
      await idOf(acme.bob),
      await idOf(globex.gina),
      (await inCompany(acme)).data?.viewer.id,
      (await inCompany(globex)).data?.viewer.id,
    ]
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[\w-]{20,}$/)))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('is the id of nothing else, for caches that keep everything under its id alone, and of no Node', async () => {
    const { viewer } = await acme.alice.run(IDS)
    const ids = [viewer.id, viewer.user.id, viewer.company.id, viewer.role.id]
    expect(new Set(ids).size).toBe(ids.length)
    const { errors } = await acme.alice.send('query ($id: ID!) { node(id: $id) { id } }', { id: viewer.id })
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }])
  })
})
