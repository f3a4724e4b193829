import { describe, expect, it } from 'vitest'
import { chromium, demoSite, launcher, openConversation, panel, write } from './demo-site.ts'

const withoutWorkers = 'delete globalThis.SharedWorker'
const withoutLocks = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"

describe.skipIf(!chromium)('the widget in a page', () => {
  const site = demoSite()

  it('brings a message from one person to the other, under the strictest policy', async () => {
    const { alice, bob } = await site().demo.app.company('Talk', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Good morning.')
    const [{ page: hers }, { page: his }] = [await site().visitAs(alice), await site().visitAs(bob)]
    await launcher(hers).click()
    await openConversation(hers, 'Bob Talk')
    await launcher(his).click()
    await openConversation(his, 'Alice Talk')
    // Typing is not replayed: it is told again every three seconds while somebody types.
    await expect
      .poll(async () => {
        await hers.getByRole('textbox', { name: 'Write a message' }).pressSequentially(' ')
        return his.getByText('Alice Talk is typing').isVisible()
      })
      .toBe(true)
    await write(hers, 'Is the invoice <b>approved</b>? https://example.com')
    await panel(his).getByText('Is the invoice <b>approved</b>?').waitFor()
    await panel(hers).getByText('Seen').waitFor()
    await panel(his).getByRole('link', { name: 'https://example.com' }).waitFor()
    await panel(hers).locator('.head .dot.online').waitFor()
  })

  it('counts what is unread on any page, and forgets it in all tabs when one has read it', async () => {
    const { alice, bob } = await site().demo.app.company('Count', { alice: 'member', bob: 'member' })
    const { page, context } = await site().visitAs(alice)
    await bob.say({ recipientId: alice.userId }, 'One.')
    await page.locator('colloquy-widget .badge').getByText('1').waitFor()
    const second = await context.newPage()
    await second.goto(`${site().demo.url}/demo/invoices`)
    await second.locator('colloquy-badge .count').getByText('1').waitFor()
    await bob.say({ recipientId: alice.userId }, 'Two.')
    await second.locator('colloquy-widget .badge').getByText('2').waitFor()
    await launcher(second).click()
    await openConversation(second, 'Bob Count')
    await page.locator('colloquy-widget .badge').waitFor({ state: 'detached' })
    await page.locator('colloquy-badge .count').waitFor({ state: 'detached' })
  })

  it.each([
    ['a shared worker', ''],
    ['the tab that leads', withoutWorkers],
  ])('has one socket for three tabs and five page loads, held by %s', async (_, script) => {
    const { alice, bob } = await site().demo.app.company('Socket', { alice: 'member', bob: 'member' })
    const before = (context: { addInitScript(text: string): Promise<unknown> }) =>
      script ? context.addInitScript(script) : Promise.resolve()
    const { page, context } = await site().visitAs(alice, { before })
    const pages = [page, await context.newPage(), await context.newPage()]
    for (const each of pages) await each.goto(`${site().demo.url}/demo/invoices`)
    await page.goto(`${site().demo.url}/demo`)
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    for (const each of pages) await each.locator('colloquy-widget .badge').getByText('1').waitFor()
    await expect.poll(() => openSockets(site().demo.url)).toBe(1)
  })

  it('shows the number of unread messages before the code of the socket is loaded', async () => {
    const { alice, bob } = await site().demo.app.company('Early', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    let load = () => {}
    const { page } = await site().visitAs(alice, {
      before: async (context) => {
        await context.addInitScript(withoutWorkers)
        await context.route(/\/ui\/worker-/, (route) => {
          load = () => void route.continue()
        })
      },
    })
    const badge = page.locator('colloquy-widget .badge')
    await badge.getByText('1').waitFor()
    await bob.say({ recipientId: alice.userId }, 'Are you there?')
    load()
    await badge.getByText('2').waitFor()
  })

  it('works with a socket of its own where the browser shares nothing', async () => {
    const { alice, bob } = await site().demo.app.company('Own', { alice: 'member', bob: 'member' })
    const before = (context: { addInitScript(text: string): Promise<unknown> }) =>
      context.addInitScript(withoutLocks)
    const { page } = await site().visitAs(alice, { before })
    await launcher(page).click()
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    await openConversation(page, 'Bob Own')
    await write(page, 'Hello to you.')
    await page.locator('article', { hasText: 'Hello to you.' }).getByText('Sent').waitFor()
  })

  it('opens the conversation of the invoice, and keeps panel, conversation and draft over page loads', async () => {
    const { alice } = await site().demo.app.company('Context', { alice: 'member' })
    const { page } = await site().visitAs(alice, { path: '/demo/invoices/INV-42' })
    await launcher(page).click()
    await page.getByRole('button', { name: /About INV-42/ }).click()
    await page.getByRole('button', { name: 'Start the conversation' }).click()
    await write(page, 'The amount is right.')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('Half a sen')
    await page.goto(`${site().demo.url}/demo/invoices`)
    await panel(page).getByText('The amount is right.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Write a message' }).inputValue()).toBe('Half a sen')
    await page.goto(`${site().demo.url}/demo/invoices/INV-42`)
    await page.getByRole('button', { name: 'Back' }).click()
    await page
      .getByRole('button', { name: /About INV-42/ })
      .getByText('The amount is right.')
      .waitFor()
    await launcher(page).click()
    await page.goto(`${site().demo.url}/demo/invoices`)
    await launcher(page).waitFor()
    expect(await panel(page).count()).toBe(0)
  })

  it('sends what was on its way once, although the answer is lost and the page is left', async () => {
    const { alice, bob } = await site().demo.app.company('Outbox', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Write to me.')
    const visit = await site().visitAs(alice)
    const { page, context } = visit
    await launcher(page).click()
    await openConversation(page, 'Bob Outbox')
    // The server stores the message, but the page never hears of it.
    await context.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('sendMessage')) return route.continue()
      await route.fetch().catch(() => {})
      return route.abort()
    })
    await write(page, 'Only once.')
    await page.locator('.sending', { hasText: 'Only once.' }).waitFor()
    await page.goto(`${site().demo.url}/demo/invoices`)
    await context.unroute('**/graphql')
    await page.locator('article[data-seq]', { hasText: 'Only once.' }).waitFor()
    await page.locator('.sending').waitFor({ state: 'detached' })
    expect(await page.locator('article', { hasText: 'Only once.' }).count()).toBe(1)
    const { sentMessages } = await alice.run('{ sentMessages { nodes { body } } }')
    expect(sentMessages.nodes).toEqual([{ body: 'Only once.' }])
    visit.complaints.length = 0
  })

  it('starts a group with several people, mutes it and keeps preferences', async () => {
    const people = { alice: 'member', bob: 'member', carol: 'member' }
    const { alice } = await site().demo.app.company('Start', people)
    const { page } = await site().visitAs(alice)
    await launcher(page).click()
    await page.getByRole('button', { name: 'New message' }).first().click()
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('bob')
    await page.getByRole('option', { name: /Bob Start/ }).click()
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('carol')
    await page.getByRole('option', { name: /Carol Start/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('Lunch')
    await page.getByRole('button', { name: 'Create group' }).click()
    await write(page, 'At noon?')
    await page.getByRole('heading', { name: 'Lunch' }).waitFor()
    await page.locator('.head').getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Mute' }).click()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('img', { name: 'Muted' }).waitFor()
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('switch', { name: /Sound/ }).uncheck()
    await expect
      .poll(async () => (await alice.run('{ viewer { preferences { sound } } }')).viewer.preferences.sound)
      .toBe(false)
  })
})

async function openSockets(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^colloquy_open_sockets (\d+)$/m.exec(text)?.[1])
}
