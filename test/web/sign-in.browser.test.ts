import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCompany } from '../../src/companies/operations/create-company.ts'
import { encodeId } from '../../src/ids.ts'
import { launchChromium } from '../graphiql/browser.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { expectAccessible } from './axe.ts'
import { chromium, write } from './demo-site.ts'

/** The elements ask for another token half a minute before theirs ends. */
const TOKEN_SECONDS = 32

describe.skipIf(!chromium)('the pages of the server', () => {
  let provider: IdentityProvider
  let app: TestApp
  let browser: Browser
  /** The query of an address that names the company. */
  let query = ''

  beforeAll(async () => {
    const { write: build } = (await import('../../web/build.mjs' as string)) as { write(): Promise<void> }
    await build()
    provider = await startIdentityProvider({ tokenSeconds: TOKEN_SECONDS })
    app = await startApp({ environment: { identity: provider.identity } })
    provider.open([`${app.url}/messenger`, `${app.url}/console`])
    const companyId = await createCompany(app.application.services.database, {
      name: 'Pages',
      externalId: 'pages',
      members: ['ann', 'ben'].map((name, at) => ({
        externalId: name,
        name: name === 'ann' ? 'Ann Adams' : 'Ben Brown',
        email: `${name}@pages.test`,
        department: 'Office',
        role: at === 0 ? 'owner' : 'member',
      })),
    })
    query = `?company=${encodeId('Company', companyId)}`
    // A plain address within a network, as a company uses inside its walls, is no secure context.
    browser = await launchChromium(chromium ?? '', ['--host-resolver-rules=MAP chat.intern 127.0.0.1'])
  })
  afterAll(async () => {
    await browser?.close()
    await app?.[Symbol.asyncDispose]()
    await provider?.[Symbol.asyncDispose]()
  })

  it('sign people in by the identity provider, with no token in any storage, under Trusted Types', async () => {
    await using window = await visit()
    const { page, complaints } = window
    await page.goto(`${app.url}/messenger${query}`)
    await signIn(page, 'ann')
    await page.getByRole('button', { name: 'New message' }).first().click()
    await page.getByRole('option', { name: /Ben Brown/ }).click()
    await page.getByRole('button', { name: 'Start' }).click()
    await write(page, 'From the page of the server.')
    await page.locator('article', { hasText: 'From the page of the server.' }).getByText('Sent').waitFor()
    expect(page.url()).toBe(`${app.url}/messenger${query}`)
    const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
    expect(kept).not.toContain('eyJ')
    expect(kept).not.toContain('colloquy sign-in')
    // The provider's session answers at once, without a form.
    await page.getByRole('link', { name: 'Console' }).click()
    await page.getByRole('navigation', { name: 'Console' }).waitFor()
    expect(page.url()).toBe(`${app.url}/console${query}`)
    expect(complaints).toEqual([])
  })

  it('go on with another token while they are open', async () => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url}/messenger${query}`)
    await signIn(page, 'ben')
    await page.getByRole('heading', { name: 'Messages' }).first().waitFor()
    const before = provider.grants.filter((grant) => grant === 'refresh_token').length
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Search messages' }).first().click()
          await page.getByRole('searchbox', { name: 'Search messages' }).fill(`any ${Date.now()}`)
          return provider.grants.filter((grant) => grant === 'refresh_token').length
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBeGreaterThan(before)
    await expect.poll(() => page.locator('#notice').isHidden()).toBe(true)
  })

  it('sign people out at the provider too', async () => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url}/messenger${query}`)
    await signIn(page, 'ann')
    await page.getByRole('button', { name: 'Search messages' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL((url) => url.href.startsWith(provider.identity.issuer))
    expect(await page.title()).toMatch(/[Ll]ogout|[Ss]ign-out/)
  })

  it('sign people out of all tabs, which forget the tokens', async () => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url}/messenger${query}`)
    await signIn(page, 'ann')
    await page.getByRole('button', { name: 'Search messages' }).waitFor()
    const other = await page.context().newPage()
    await other.goto(`${app.url}/console${query}`)
    await other.getByRole('navigation', { name: 'Console' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await other.getByRole('alert').getByText('You are signed out.', { exact: true }).waitFor()
    expect(await other.locator('colloquy-console').isVisible()).toBe(false)
    const given = await other.evaluate("document.querySelector('colloquy-console').token()")
    expect(given).toEqual({ token: '' })
  })

  it.each([
    ['never answers', '() => new Promise(() => {})'],
    ['fails', "async () => { throw new Error('away') }"],
  ])('sign people out at the provider although the server %s', async (_, signOut) => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url}/messenger${query}`)
    await signIn(page, 'ann')
    await page.getByRole('button', { name: 'Search messages' }).waitFor()
    await page.evaluate<void>(`document.querySelector('colloquy-messenger').signOut = ${signOut}`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL((url) => url.href.startsWith(provider.identity.issuer), { timeout: 6_000 })
  })

  it('say that a refusal came, also one that names no attempt, and ask the provider no more by themselves', async () => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url}/messenger${query}`)
    await page.waitForURL((url) => url.href.startsWith(provider.identity.issuer))
    await page.goto(`${app.url}/messenger?error=server_error`)
    await page.getByRole('alert').getByText('You could not be signed in.').waitFor()
    expect(page.url()).toBe(`${app.url}/messenger${query}`)
  })

  it('say that a plain connection is no place to sign in', async () => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url.replace('127.0.0.1', 'chat.intern')}/messenger${query}`)
    await page.getByRole('alert').getByText('over a secure connection only').waitFor()
    await expectAccessible(page, 'insecure')
    expect(await page.getByRole('button', { name: 'Sign in' }).count()).toBe(0)
  })

  it('say that the provider has refused, and ask it again only when told to', async () => {
    await using window = await visit()
    const { page } = window
    await page.goto(`${app.url}/messenger${query}`)
    await page.waitForURL((url) => url.href.startsWith(provider.identity.issuer))
    await page.goto(`${app.url}/messenger?error=access_denied&error_description=Not+today&state=forged`)
    await page.getByRole('alert').getByText('You could not be signed in.').waitFor()
    expect(page.url()).toBe(`${app.url}/messenger${query}`)
    await expectAccessible(page, 'refused')
    await page.getByRole('alert').getByRole('button', { name: 'Sign in' }).click()
    await signIn(page, 'ann')
    await page.getByRole('button', { name: 'Search messages' }).waitFor()
  })

  it('are for nobody where no client is configured, and answer for the time being while the provider is away', async () => {
    const { client: _, ...identity } = provider.identity
    await using without = await startApp({ environment: { identity } })
    expect((await fetch(`${without.url}/messenger`)).status).toBe(404)
    const away = { ...provider.identity, issuer: 'http://127.0.0.1:9' }
    await using alone = await startApp({ environment: { identity: away } })
    const answer = await fetch(`${alone.url}/console`, { headers: { 'accept-language': 'fr-FR, en;q=0.5' } })
    expect([answer.status, await answer.text()]).toEqual([
      503,
      'Le service de connexion ne répond pas. Veuillez réessayer dans une minute.',
    ])
  })

  /** A browser of its own, with all that it complains of. */
  async function visit(): Promise<{ page: Page; complaints: string[] } & AsyncDisposable> {
    const context: BrowserContext = await browser.newContext({ locale: 'en-GB' })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      // The forms of the provider are not ours.
      if (message.type() === 'error' && message.location().url.startsWith(app.url))
        complaints.push(message.text())
    })
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
  }

  /** Fills the provider's forms for name and consent. */
  async function signIn(page: Page, name: string): Promise<void> {
    await page.locator('input[name="login"]').fill(name)
    await page.locator('input[name="password"]').fill('any')
    await page.locator('button[type="submit"]').click()
    await page.locator('form button[type="submit"]').click()
    await page.waitForURL((url) => url.search === query)
  }
})
