import type { Page, Request, Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { choose } from './attaching.ts'
import { chromium, demoSite, openConversation } from './demo-site.ts'
import { keepStream, MICROPHONE } from './recording.ts'

const path = '/demo/messages'

describe.skipIf(!chromium)('a person who signs out', () => {
  const site = demoSite(async () => ({ flags: MICROPHONE }))

  it('stays signed out when an answer was on its way, and asks for nothing more', async () => {
    const { alice, bob } = await site().demo.app.company('Late', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page, context } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Late')
    const held = await hold(page, 'serverInfo')
    await page.reload()
    await expect.poll(() => held.length).toBeGreaterThan(0)
    await signOut(page)
    await release(held)
    await page.getByText('You are signed out').waitFor()
    const asked = requestsOf(page)
    let tokens = 0
    await context.route('**/demo/token', (route) => {
      tokens += 1
      return route.fulfill({ json: { token: alice.token } })
    })
    await page.waitForTimeout(1_500)
    expect([asked, tokens]).toEqual([[], 0])
    await page.getByText('You are signed out').waitFor()
    // Nobody is kept out: the same person comes back by the button.
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.item', { hasText: 'Bob Late' }).waitFor()
    expect(tokens).toBe(1)
  })

  it.each(['worker', 'leader', 'own'])('leaves all tabs that share a socket by the %s', async (link) => {
    const { alice, bob } = await site().demo.app.company('Tabs', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page, context } = await site().visitAs(alice, {
      path,
      before: (each) => each.addInitScript(linkBy, link),
    })
    const other = await context.newPage()
    await other.goto(`${site().demo.url}${path}`)
    for (const one of [page, other]) await openConversation(one, 'Bob Tabs')
    await other.getByRole('textbox', { name: 'Write a message' }).fill('Half a sen')
    await other.evaluate<void>(
      "document.addEventListener('colloquy-signed-out', () => document.body.setAttribute('data-out', ''))",
    )
    await signOut(page)
    for (const one of [page, other]) await one.getByText('You are signed out').waitFor()
    await other.locator('body[data-out]').waitFor()
    expect(await kept(other)).toEqual([])
    await other.getByRole('button', { name: 'Try again' }).click()
    await openConversation(other, 'Bob Tabs')
    expect(await other.getByRole('textbox', { name: 'Write a message' }).inputValue()).toBe('')
    await bob.say({ recipientId: alice.userId }, 'Live again.')
    await other.locator('article', { hasText: 'Live again.' }).waitFor()
  })

  it('shows nothing of it to the person who signs in next', async () => {
    const { alice, bob, carol } = await site().demo.app.company('Next', {
      alice: 'member',
      bob: 'member',
      carol: 'member',
    })
    await bob.say({ recipientId: alice.userId }, 'For Alice alone.')
    await bob.say({ recipientId: carol.userId }, 'For Carol alone.')
    const { page, context } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Next')
    await signOut(page)
    await context.route('**/demo/token', (route) => route.fulfill({ json: { token: carol.token } }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.item', { hasText: 'For Carol alone.' }).waitFor()
    expect(await page.locator('.item').count()).toBe(1)
    expect(await page.getByText('For Alice alone.').count()).toBe(0)
  })

  it('sends no file any more that was about to be uploaded, and keeps none', async () => {
    const { alice, bob } = await site().demo.app.company('Files', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Send it.')
    const { page } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Files')
    const held = await hold(page, 'createUpload')
    await choose(page, 'a.txt', Buffer.from('bytes'), 'text/plain')
    await expect.poll(() => held.length).toBe(1)
    await signOut(page)
    const asked = requestsOf(page)
    await release(held)
    await page.waitForTimeout(1_500)
    expect([asked, await kept(page)]).toEqual([[], []])
  })

  it('is not recorded any more: the microphone is let go, and nothing is kept or uploaded', async () => {
    const { alice, bob } = await site().demo.app.company('Voice', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page } = await site().visitAs(alice, {
      path,
      before: (context) => context.addInitScript(keepStream),
    })
    await openConversation(page, 'Bob Voice')
    await page.getByRole('button', { name: 'Record a voice note' }).click()
    await expect.poll(() => page.getByRole('timer').textContent()).toBe('0:02')
    await signOut(page)
    const asked = requestsOf(page)
    await page.waitForTimeout(2_000)
    expect(await page.evaluate('globalThis.stream.getTracks().map((one) => one.readyState)')).toEqual([
      'ended',
    ])
    expect([asked, await kept(page)]).toEqual([[], []])
  })
})

async function signOut(page: Page): Promise<void> {
  await page.evaluate<void>("document.querySelector('colloquy-messenger').signOut()")
}

/** Holds back the answers of operations with this text. */
async function hold(page: Page, text: string): Promise<Route[]> {
  const held: Route[] = []
  await page.route('**/graphql', (route) => {
    if (!route.request().postData()?.includes(text)) return route.continue()
    held.push(route)
    return undefined
  })
  return held
}

/** Lets them go; those that nobody waits for any more are gone. */
async function release(held: readonly Route[]): Promise<void> {
  for (const route of held) await route.continue().catch(() => {})
  await held[0]?.request().frame().page().unroute('**/graphql')
}

/** The requests of the page to the server from now on. */
function requestsOf(page: Page): string[] {
  const asked: string[] = []
  const note = (request: Request) => {
    const { pathname } = new URL(request.url())
    if (/graphql|files/.test(pathname)) asked.push(`${request.method()} ${pathname}`)
  }
  page.on('request', note)
  return asked
}

/** Names of what the browser keeps of people beyond the page. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate<string[]>("Object.keys(localStorage).filter((name) => name.startsWith('colloquy:'))")
}

/** Has the tabs share their socket in one way, where the browser has all. */
function linkBy(link: string): void {
  new MutationObserver((_, observer) => {
    const element = document.querySelector('colloquy-messenger')
    if (!element) return
    element.setAttribute('link', link)
    observer.disconnect()
  }).observe(document, { childList: true, subtree: true })
}
