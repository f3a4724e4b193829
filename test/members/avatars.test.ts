import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'olga' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { olga: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

const PICTURE = 'https://pictures.example.com/bob.png?size=64'

const sync = (more: Data): Promise<Data> =>
  acme.olga.mutate(
    'syncMembers',
    { members: [{ externalId: acme.bob.externalId, name: 'Bob Acme', ...more }] },
    'updated unchanged problems { detail }',
  )

async function seen(): Promise<string | null> {
  const { users } = await acme.olga.run('{ users(search: "Bob") { nodes { avatarUrl } } }')
  return users.nodes[0].avatarUrl
}

describe('the picture of a person', () => {
  it('comes from the embedding product, and stays unless it says otherwise', async () => {
    expect(await seen()).toBeNull()
    expect(await sync({ avatarUrl: PICTURE })).toMatchObject({ updated: 1, problems: [] })
    expect(await sync({ avatarUrl: PICTURE })).toMatchObject({ unchanged: 1 })
    expect(await sync({})).toMatchObject({ unchanged: 1 })
    expect(await seen()).toBe(PICTURE)
    const { viewer } = await acme.bob.run('{ viewer { user { avatarUrl } } }')
    expect(viewer.user).toEqual({ avatarUrl: PICTURE })
    await acme.bob.say({ recipientId: acme.olga.userId }, 'Hello')
    const { sentMessages } = await acme.bob.run('{ sentMessages { nodes { author { avatarUrl } } } }')
    expect(sentMessages.nodes).toEqual([{ author: { avatarUrl: PICTURE } }])
    expect(await sync({ avatarUrl: null })).toMatchObject({ updated: 1 })
    expect(await seen()).toBeNull()
  })

  it.each([
    'https://x.example.com/a b.png',
    'http://localhost:8080/me.png',
    'http://127.0.0.1/me.png',
    'https://müller.example/ä.png',
  ])('may lie at %s', async (avatarUrl) => {
    expect((await sync({ avatarUrl })).problems).toEqual([])
    expect(await seen()).toBe(new URL(avatarUrl).href)
  })

  it.each([
    '',
    'bob.png',
    '//x.example.com/bob.png',
    'http://x.example.com/bob.png',
    'http://localhost.example.com/bob.png',
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
    'https://bob:secret@x.example.com/bob.png',
    'ftp://x.example.com/bob.png',
  ])('does not lie at %j', async (avatarUrl) => {
    const { problems } = await sync({ avatarUrl })
    expect(problems).toEqual([
      { detail: 'avatarUrl: This is not an https address, such as https://example.com/alice.png.' },
    ])
  })

  it('has an address of at most 2 KiB', async () => {
    const of = (length: number) => 'https://x.example.com/'.padEnd(length, 'x')
    expect((await sync({ avatarUrl: of(2048) })).problems).toEqual([])
    expect((await sync({ avatarUrl: of(2049) })).problems).toHaveLength(1)
    // Each of these letters takes six characters where it is escaped.
    expect((await sync({ avatarUrl: `https://x.example.com/${'ä'.repeat(400)}` })).problems).toHaveLength(1)
  })

  it('is told to the audit trail as changed, without its address', async () => {
    await sync({ avatarUrl: PICTURE })
    await sync({ avatarUrl: 'https://x.example.com/other.png' })
    const [event] = await onDatabase<{ detail: unknown }>(
      app,
      `select detail from audit_events where company_id = $1 and kind = 'member.updated' order by index desc limit 1`,
      [acme.companyUuid],
    )
    expect(event?.detail).toEqual({ fields: ['avatarUrl'] })
  })
})
