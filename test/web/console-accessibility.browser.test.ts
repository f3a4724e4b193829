import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
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
    await page.evaluate<void>(axe.source)
    for (const section of SECTIONS) {
      await openSection(page, section)
      await page.locator('.content[aria-label]').waitFor()
      await page.locator('.content .skeleton').waitFor({ state: 'detached' })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const direction of ['rtl', 'ltr']) {
          await page.evaluate<void>(`document.documentElement.dir = '${direction}'`)
          const found = await page.evaluate<string[]>(AXE)
          expect({ section, colorScheme, direction, found }).toEqual({
            section,
            colorScheme,
            direction,
            found: [],
          })
        }
      }
    }
  })
})

/** Rules read styles, which a change of scheme and transitions change for a moment. */
const AXE = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  .then(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))))
  .then(() => axe.run(document, { resultTypes: ['violations'] }))
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => id + ' ' + target.join(' ') + ' ' + (any[0]?.message ?? ''))))`
