import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromium, type DemoSite, startDemoSite, type Visit, type VisitOptions } from './demo-site.ts'

describe.skipIf(!chromium)('the widget in a page', () => {
  let site: DemoSite
  const visits: Visit[] = []
  beforeAll(async () => {
    site = await startDemoSite()
  })
  afterAll(async () => {
    await site?.[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    for (const { context, complaints } of visits.splice(0)) {
      await context.close()
      expect(complaints).toEqual([])
    }
  })

  async function open(name: string, options?: VisitOptions): Promise<Page> {
    const visit = await site.visit(name, options)
    visits.push(visit)
    return visit.page
  }
  const launcher = (page: Page) => page.locator('colloquy-widget').getByRole('button', { name: /^Messages/ })
  const panel = (page: Page) => page.getByRole('dialog', { name: 'Messages' })

  it('brings a message from one person to the other, under the strictest policy', async () => {
    const alice = await open('Alice')
    const bob = await open('Bob', { path: '/demo/invoices' })
    await launcher(alice).click()
    await panel(alice)
      .getByRole('button', { name: /Bob Baker/ })
      .click()
    await launcher(bob).click()
    await panel(bob)
      .locator('.item', { has: bob.locator('.item-title', { hasText: 'Alice Archer' }) })
      .click()
    // Typing is not replayed: it is told again every three seconds while somebody types.
    await expect
      .poll(async () => {
        await panel(alice).getByLabel('Write a message').pressSequentially(' ')
        return bob.getByText('Alice Archer is typing').isVisible()
      })
      .toBe(true)
    await panel(alice).getByLabel('Write a message').fill('Is the invoice <b>approved</b>?')
    await alice.keyboard.press('Enter')
    await panel(bob).getByText('Is the invoice <b>approved</b>?').waitFor()
    await panel(alice).getByText('Seen').waitFor()
  })
})
