import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unsubscribeUrl } from '../../src/digests/unsubscribe-token.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let link: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  link = await linkOf(acme.bob)
  await acme.bob.run('mutation { updatePreferences(input: { emailWhenOffline: true }) { __typename } }')
})

async function linkOf({ uuid }: Client, { companyUuid }: { companyUuid: string } = acme): Promise<string> {
  const keys = await app.application.services.keyring.forCompany(companyUuid)
  return unsubscribeUrl(app.url, keys, { companyId: companyUuid, userId: uuid })
}

async function wantsEmail(client: Client): Promise<boolean> {
  return (await client.run('{ viewer { preferences { emailWhenOffline } } }')).viewer.preferences
    .emailWhenOffline
}

async function statusOf(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init)
  await response.text()
  return response.status
}

describe('an unsubscribe link', () => {
  it('asks first, and a scanner that follows it changes nothing', async () => {
    const response = await fetch(link)
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain('<form method="post">')
    expect(page).not.toMatch(/bob|acme/i)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    })
    const head = await fetch(link, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(`${Buffer.byteLength(page)}`)
    expect(await head.text()).toBe('')
    expect(await wantsEmail(acme.bob)).toBe(true)
  })

  it('ends the e-mail of that person without signing in, and can be repeated', async () => {
    const body = 'List-Unsubscribe=One-Click'
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await statusOf(link, { method: 'POST', body, headers })).toBe(200)
    expect(await wantsEmail(acme.bob)).toBe(false)
    expect(await wantsEmail(acme.alice)).toBe(true)
    const form = new FormData()
    form.set('List-Unsubscribe', 'One-Click')
    expect(await statusOf(`${link}?from=mail`, { method: 'POST', body: form })).toBe(200)
    expect(await wantsEmail(acme.bob)).toBe(false)
  })

  it('that is forged, cut or of nobody is a page that is not there', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    const token = link.split('/').at(-1) ?? ''
    const bytes = Buffer.from(token, 'base64url')
    const changed = (at: number) => {
      const copy = Buffer.from(bytes)
      copy[at] = (copy[at] ?? 0) ^ 1
      return copy.toString('base64url')
    }
    const other = Buffer.from((await linkOf(globex.gina, globex)).split('/').at(-1) ?? '', 'base64url')
    const foreign = Buffer.concat([bytes.subarray(0, 16), other.subarray(16, 32), bytes.subarray(32)])
    const forged = [
      '',
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      `${token}/`,
      '%00',
      '../graphql',
      'A'.repeat(64),
      'A'.repeat(8_000),
      changed(0),
      changed(20),
      changed(47),
      foreign.toString('base64url'),
      Buffer.concat([other.subarray(0, 32), bytes.subarray(32)]).toString('base64url'),
    ]
    const pages = new Set<string>()
    for (const each of forged) {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${app.url}/unsubscribe/${encodeURI(each).replace('..', '%2e%2e%2f')}`, {
          method,
        })
        expect([each, method, response.status]).toEqual([each, method, 404])
        pages.add(await response.text())
      }
    }
    expect(pages.size).toBe(1)
    expect(await Promise.all([acme.alice, acme.bob, globex.gina].map(wantsEmail))).toEqual([true, true, true])
  })

  it('takes no other method and no long body', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await fetch(link, { method })
      expect([method, response.status, response.headers.get('allow')]).toEqual([
        method,
        405,
        'GET, HEAD, POST',
      ])
    }
    expect(await statusOf(link, { method: 'POST', body: 'x'.repeat(5_000) })).toBe(413)
    expect(await wantsEmail(acme.bob)).toBe(true)
  })

  it('works for somebody disabled, and makes no keys for a company that is not there', async () => {
    const keys = () => readdir(join(app.environment.dataDirectory, 'keys'))
    const before = app.logged.length
    const made = await keys()
    const gone = Buffer.alloc(48, 7).toString('base64url')
    expect(await statusOf(`${app.url}/unsubscribe/${gone}`)).toBe(404)
    expect(await keys()).toEqual(made)
    await acme.alice.mutate('syncMembers', {
      members: [{ externalId: acme.bob.externalId, name: 'Bob Acme', isEnabled: false }],
    })
    expect(await statusOf(link, { method: 'POST' })).toBe(200)
    expect(app.logged.slice(before).filter(({ level }) => Number(level) >= 40)).toEqual([])
    await acme.alice.mutate('syncMembers', {
      members: [{ externalId: acme.bob.externalId, name: 'Bob Acme', isEnabled: true }],
    })
    expect(await wantsEmail(acme.bob)).toBe(false)
  })
})
