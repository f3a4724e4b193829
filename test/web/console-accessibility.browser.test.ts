import { describe, it } from 'vitest'
import { expectAccessible } from './axe.ts'
import { openSection, SECTIONS } from './console-site.ts'
import { chromium, demoSite } from './demo-site.ts'

describe.skipIf(!chromium)('the console for everybody', () => {
  const site = demoSite()

  it('breaks no rule of axe in any section, light or dark, in either direction', {
    timeout: 120_000,
  }, async () => {
    const { owner, bob, cal } = await site().demo.app.company('مرحبا', {
      owner: 'owner',
      bob: 'member',
      cal: 'member',
    })
    const { id } = await bob.say({ recipientId: cal.userId }, 'شكرا and a very long word: '.padEnd(400, 'x'))
    await cal.mutate('reportMessage', { messageId: id, reason: 'OTHER', note: 'Look.' })
    await owner.mutate('sendBroadcast', { subject: 'Friday', body: 'Closed.', audience: 'ALL' })
    const { page } = await site().visitAs(owner, { path: '/demo/console' })
    for (const section of SECTIONS) {
      await openSection(page, section)
      await page.locator('.content[aria-label]').waitFor()
      await page.locator('.content .skeleton').waitFor({ state: 'detached' })
      await expectAccessible(page, section)
    }
    for (const [section, button] of [
      ['Broadcasts', 'New broadcast'],
      ['Members', 'Edit Bob مرحبا'],
      ['Roles', 'New role'],
      ['Legal holds', 'New legal hold'],
      ['Exports', 'New export'],
    ] as const) {
      await openSection(page, section)
      await page.getByRole('button', { name: button }).click()
      await page.locator('dialog[open]').waitFor()
      await expectAccessible(page, button)
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
  })
})
