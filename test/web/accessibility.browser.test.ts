import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium, demoSite, launcher, openConversation, write } from './demo-site.ts'

describe.skipIf(!chromium)('the elements for everybody', () => {
  const site = demoSite()

  it.each(['light', 'dark'] as const)(
    'break no rule of axe on any screen in the %s, in either direction',
    { timeout: 90_000 },
    async (colorScheme) => {
      const { alice, bob } = await site().demo.app.company('مرحبا', { alice: 'member', bob: 'member' })
      const group = await alice.group('Project Atlas with a name that is far too long for one line', [bob])
      const first = await bob.say({ conversationId: group }, 'شكرا https://example.com')
      await alice.say({ conversationId: group }, 'A reply.', {
        parentId: first.id,
        priority: 'URGENT',
        subject: 'Soon',
      })
      await alice.mutate('setReaction', { messageId: first.id, emoji: '🎉', on: true })
      const { page } = await site().visitAs(alice, { colorScheme, path: '/demo/invoices/INV-42' })
      await launcher(page).click()
      await page.locator('.item').first().waitFor()
      await check(page, 'inbox')
      await openConversation(page, 'Project Atlas')
      await page.getByRole('link', { name: 'https://example.com' }).waitFor()
      await write(page, 'Mine.')
      await page.locator('article', { hasText: 'Mine.' }).getByText('Sent').waitFor()
      await page.locator('article', { hasText: 'Mine.' }).hover()
      await check(page, 'conversation')
      await page.locator('.head').getByRole('button', { name: 'More actions' }).click()
      await check(page, 'menu')
      await page.getByRole('menuitem', { name: 'Details' }).click()
      await page.locator('.person').first().waitFor()
      await check(page, 'details')
      await page.getByRole('button', { name: 'Back' }).click()
      await page.getByRole('button', { name: 'Back' }).click()
      for (const [name, ready] of [
        ['Search messages', '.empty'],
        ['Preferences', '.switch'],
        ['New message', '.option'],
      ] as const) {
        await page.getByRole('button', { name }).first().click()
        await page.locator(ready).first().waitFor()
        await check(page, name)
        await page.getByRole('button', { name: 'Back' }).click()
      }
      await page.goto(`${site().demo.url}/demo/messages`)
      await openConversation(page, 'Project Atlas')
      await check(page, 'messenger')
    },
  )

  it('can be used by keyboard alone, and gives the focus back', async () => {
    const { alice, bob } = await site().demo.app.company('Keys', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'First.')
    await bob.say({ recipientId: alice.userId }, 'Second.')
    const { page } = await site().visitAs(alice)
    await launcher(page).focus()
    await page.keyboard.press('Enter')
    await page.locator('.item:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('Third.')
    await page.keyboard.press('Enter')
    await page.locator('article[data-seq="3"]').waitFor()
    // One stop of the Tab key leads into the list, arrow keys from message to message.
    for (let at = 0; at < 9 && !(await page.locator('article:focus').count()); at += 1) {
      await page.keyboard.press('Shift+Tab')
    }
    for (let at = 0; at < 2; at += 1) await page.keyboard.press('ArrowUp')
    await page.locator('article[data-seq="1"]:focus').waitFor()
    await page.locator('article[data-seq="1"]').getByRole('button', { name: 'React', exact: true }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.emoji button:focus').first().waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.reaction').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.launcher:focus').waitFor()
    expect(await page.getByRole('dialog', { name: 'Messages' }).count()).toBe(0)
  })

  async function check(page: Page, screen: string): Promise<void> {
    // The page's policy forbids scripts; the debugger may run them.
    if (!(await page.evaluate<boolean>('Boolean(window.axe)'))) {
      await page.evaluate<void>(axe.source)
    }
    for (const direction of ['rtl', 'ltr']) {
      await page.evaluate<void>(`document.documentElement.dir = '${direction}'`)
      const found = await page.evaluate<string[]>(AXE)
      expect({ screen, direction, found }).toEqual({ screen, direction, found: [] })
    }
  }
})

/** Rules read styles, which a change of scheme and transitions change for a moment. */
const AXE = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  .then(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))))
  .then(() => axe.run(document, { resultTypes: ['violations'] }))
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => id + ' ' + target.join(' ') + ' ' + (any[0]?.message ?? ''))))`
