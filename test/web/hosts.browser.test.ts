import type { BrowserContext, Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium, demoSite, hostPage, launcher, openConversation, write } from './demo-site.ts'

/** Styles as frameworks for whole pages have them, and worse. */
const HOST_STYLES = `
html { font-size: 62.5% }
body { margin: 0; font: italic 300 1.6rem/2.5 Georgia, serif; color: #c00; text-align: right }
*, ::before, ::after { box-sizing: content-box; letter-spacing: 3px; word-spacing: 9px; text-transform: uppercase; text-indent: 1em; white-space: pre; cursor: wait }
button, input, textarea, div, span, p, h2, ul, li { margin: 1rem; padding: 2rem; border: 3px dotted red; font-size: 3rem }
.head, .item, .badge, .root, .panel, .avatar { display: inline; float: right; width: 13px }`

const BOXES = [
  '.launcher',
  '.panel',
  '.head',
  '.head h2',
  '.search input',
  '.chip',
  '.item',
  '.avatar',
  '.item-title',
]

describe.skipIf(!chromium)('the widget in the pages of others', () => {
  const site = demoSite()
  const path = '/demo/host'

  it('looks the same whatever the styles and the root font size of the page', async () => {
    const { alice, bob } = await site().demo.app.company('Looks', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const boxesIn = async (head: string) => {
      const { page } = await site().visitAs(alice, { path, before: (context) => hostPage(context, { head }) })
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await launcher(page).click()
      await page.locator('.item').waitFor()
      return page.evaluate<
        Record<string, string>
      >(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() => Object.fromEntries(${JSON.stringify(BOXES)}.map((name) => {
          const element = document.querySelector('colloquy-widget').shadowRoot.querySelector(name)
          const { x, y, width, height } = element.getBoundingClientRect()
          const { font, color, letterSpacing, textTransform } = getComputedStyle(element)
          return [name, [x, y, width, height, font, color, letterSpacing, textTransform].join(' ')]
        })))`)
    }
    expect(await boxesIn(`<style>${HOST_STYLES}</style>`)).toEqual(await boxesIn(''))
  })

  it('goes on where libraries replace the body, with its element or with another', async () => {
    const { alice, bob } = await site().demo.app.company('Turbo', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page } = await site().visitAs(alice, { path, before: (context) => hostPage(context) })
    await launcher(page).click()
    await openConversation(page, 'Bob Turbo')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('Half a sen')
    const replace = (widget: string) =>
      page.evaluate<void>(`(() => {
        const body = document.createElement('body')
        body.append(${widget})
        document.body.replaceWith(body)
      })()`)
    await replace(
      `Object.assign(document.createElement('colloquy-widget'), { token: async () => (await (await fetch('/demo/token')).json()).token })`,
    )
    const draft = () => page.getByRole('textbox', { name: 'Write a message' }).inputValue()
    await expect.poll(draft).toBe('Half a sen')
    await replace(`document.querySelector('colloquy-widget')`)
    await expect.poll(draft).toBe('Half a sen')
    await write(page, 'Half a sentence.')
    await page.locator('article[data-seq]', { hasText: 'Half a sentence.' }).waitFor()
    expect(await page.locator('article', { hasText: 'Half a sentence.' }).count()).toBe(1)
  })

  it('keeps its edges and its selection where the person has chosen the colours', async () => {
    const { alice, bob } = await site().demo.app.company('Forced', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page } = await site().visitAs(alice)
    await page.emulateMedia({ forcedColors: 'active' })
    const styleOf = (selector: string, property: string) => styleIn(page.locator(selector).first(), property)
    await page.locator('colloquy-widget .badge').waitFor()
    expect(await styleOf('colloquy-widget .launcher', 'borderTopWidth')).toBe('2px')
    expect(await styleOf('colloquy-widget .badge', 'borderTopStyle')).toBe('solid')
    await launcher(page).click()
    await page.locator('.item').first().waitFor()
    expect(await styleOf('.chip[aria-pressed="true"]', 'outlineStyle')).toBe('solid')
    await openConversation(page, 'Bob Forced')
    expect(await styleOf('.bubble', 'borderTopStyle')).toBe('solid')
  })

  it('is mirrored in an Arabic page, with its numbers and its arrow', async () => {
    const { alice, bob } = await site().demo.app.company('عربي', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'مرحبا hello 123.')
    const attributes = 'lang="ar-EG" dir="rtl"'
    const { page } = await site().visitAs(alice, {
      path,
      before: (context) => hostPage(context, { attributes }),
    })
    await launcher(page).click()
    const left = async (selector: string) =>
      (await page.locator(selector).first().boundingBox())?.x ?? Number.NaN
    await page.locator('.item').waitFor()
    expect(await left('.launcher')).toBeLessThan(100)
    expect(await left('.item .avatar')).toBeGreaterThan(await left('.item-title'))
    expect(await page.locator('.item-time').first().textContent()).toMatch(/[٠-٩]/)
    await openConversation(page, 'Bob')
    const arrow = page.locator('.head .tool .icon').first()
    expect(await styleIn(arrow, 'transform')).toBe('matrix(-1, 0, 0, 1, 0, 0)')
    expect(await left('.gutter')).toBeGreaterThan(await left('.message:not(.own) .bubble'))
  })

  it('shows pictures of people by https, and initials where there is none', async () => {
    const { alice, bob, owner } = await site().demo.app.company('Faces', {
      alice: 'member',
      bob: 'member',
      owner: 'owner',
    })
    const face = (person: { externalId: string }, avatarUrl: string) => ({
      externalId: person.externalId,
      role: 'member',
      name: 'Face',
      avatarUrl,
    })
    await owner.mutate('syncMembers', { members: [face(bob, 'https://pictures.test/bob.png')] })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const visit = await site().visitAs(alice, {
      path,
      before: async (context) => {
        await hostPage(context)
        await context.route('https://pictures.test/**', (route) =>
          route.fulfill({ contentType: 'image/png', body: Buffer.from(PIXEL, 'base64') }),
        )
      },
    })
    await launcher(visit.page).click()
    await visit.page.locator('.item img[src="https://pictures.test/bob.png"]').waitFor()
    await visit.context.unroute('https://pictures.test/**')
    await visit.context.route('https://pictures.test/**', (route) => route.abort())
    await visit.page.reload()
    await visit.page.locator('.item .avatar', { hasText: 'F' }).waitFor()
    await visit.page.locator('.item img').waitFor({ state: 'detached' })
    visit.complaints.length = 0
  })

  it('notifies once and sounds once, however many tabs are open', async () => {
    const { alice, bob } = await site().demo.app.company('Once', { alice: 'member', bob: 'member' })
    await alice.mutate('updatePreferences', { sound: true, browserNotifications: true })
    const { page, context } = await site().visitAs(alice, { before: (each) => each.addInitScript(COUNTED) })
    const pages = [page, await context.newPage(), await context.newPage()]
    for (const each of pages) {
      await each.goto(`${site().demo.url}/demo`)
      await each.locator('colloquy-widget .launcher').waitFor()
    }
    const total = async () => {
      const counts = await Promise.all(pages.map((each) => each.evaluate<number[]>('[shown, sounded]')))
      return [0, 1].map((at) => counts.reduce((sum, one) => sum + (one[at] ?? 0), 0))
    }
    for (const [at, body] of ['One.', 'Two.'].entries()) {
      await bob.say({ recipientId: alice.userId }, body)
      for (const each of pages)
        await each
          .locator('colloquy-widget .badge')
          .getByText(String(at + 1))
          .waitFor()
      await expect.poll(total).toEqual([at + 1, at + 1])
    }
  })

  it('numbers the title and the icons of a page in the background, and puts its own icon back', async () => {
    const { alice, bob } = await site().demo.app.company('Icon', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page } = await site().visitAs(alice, {
      path,
      before: async (context) => {
        await context.addInitScript(BADGED)
        await hostPage(context, { head: '<title>Ledger</title>', widget: 'favicon-badge' })
      },
    })
    const seen = () => page.evaluate<string[]>('[document.title, document.querySelector("[rel=icon]").href]')
    const hide = (isHidden: boolean) =>
      page.evaluate<void>(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
        && document.dispatchEvent(new Event('visibilitychange'))`)
    await page.locator('colloquy-widget .badge').getByText('1').waitFor()
    expect(await seen()).toEqual(['Ledger', 'data:,'])
    await hide(true)
    expect(await seen()).toEqual(['(1) Ledger', expect.stringMatching(/^data:image\/svg\+xml,.*>1</)])
    await bob.say({ recipientId: alice.userId }, 'Hello?')
    await expect.poll(seen).toEqual(['(2) Ledger', expect.stringMatching(/>2</)])
    await hide(false)
    expect(await seen()).toEqual(['Ledger', 'data:,'])
    expect(await page.evaluate<number[]>('badges')).toEqual(expect.arrayContaining([1, 2]))
  })

  it('has the number of unread messages beside each invoice of a list, which asks once', async () => {
    const { alice, bob } = await site().demo.app.company('List', { alice: 'member', bob: 'member' })
    const about = async (contextId: string) => {
      const { openContextConversation } = await bob.run(
        `mutation { openContextConversation(input: { type: TRANSACTION, contextId: "${contextId}", title: "${contextId}" }) { ... on OpenContextConversationPayload { conversation { id } } } }`,
      )
      return openContextConversation.conversation.id
    }
    const id = await about('INV-43')
    // Those who have written in it are told of what follows.
    await alice.say({ conversationId: id }, 'Has anybody asked them?')
    await bob.say({ conversationId: id }, 'It is overdue.')
    let asked = 0
    const { page } = await site().visitAs(alice, {
      before: (context) => counted(context, () => (asked += 1)),
    })
    await page.goto(`${site().demo.url}/demo/invoices`)
    const badgeOf = (number: string) => page.locator(`colloquy-badge[context="TRANSACTION:${number}"] .count`)
    await badgeOf('INV-43').getByText('1').waitFor()
    expect(await badgeOf('INV-42').count()).toBe(0)
    await bob.say({ conversationId: id }, 'Still.')
    await badgeOf('INV-43').getByText('2').waitFor()
    expect(asked).toBeLessThanOrEqual(2)
  })

  function counted(context: BrowserContext, count: () => void): Promise<unknown> {
    context.on('request', (request) => request.postData()?.includes('contextConversations') && count())
    return Promise.resolve()
  }
})

/** Keeps the numbers that an installed page would have on its icon. */
const BADGED = `globalThis.badges = []
navigator.setAppBadge = (number) => Promise.resolve(badges.push(number))`

/** Runs in the page, so it is compiled there. */
const STYLE = new Function('element', 'name', 'return getComputedStyle(element)[name]')

function styleIn(element: Locator, property: string): Promise<string> {
  return element.evaluate(STYLE as (element: unknown, name: string) => string, property)
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** Counts notifications and tones in a page that nobody looks at. */
const COUNTED = `
globalThis.shown = 0; globalThis.sounded = 0
document.hasFocus = () => false
globalThis.Notification = class { static permission = 'granted'; constructor() { shown += 1 } close() {} }
const plain = AudioContext.prototype.createOscillator
AudioContext.prototype.createOscillator = function () { sounded += 1; return plain.call(this) }`
