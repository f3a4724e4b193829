import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Fails if the page breaks a rule of axe, read from left to right or from right to left, in one of the colour schemes. */
export async function expectAccessible(
  page: Page,
  screen: string,
  schemes: readonly ('light' | 'dark')[] = ['light', 'dark'],
): Promise<void> {
  // The page's policy forbids scripts; the debugger may run them.
  if (!(await page.evaluate<boolean>('Boolean(window.axe)'))) await page.evaluate<void>(axe.source)
  for (const scheme of schemes) {
    await page.emulateMedia({ colorScheme: scheme })
    for (const direction of ['rtl', 'ltr']) {
      await page.evaluate<void>(`document.documentElement.dir = '${direction}'`)
      const found = await page.evaluate<string[]>(AXE)
      expect({ screen, scheme, direction, found }).toEqual({ screen, scheme, direction, found: [] })
    }
  }
}

/** Rules read styles, which a change of scheme and transitions change for a moment. */
const AXE = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  .then(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))))
  .then(() => axe.run(document, { resultTypes: ['violations'] }))
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => id + ' ' + target.join(' ') + ' ' + (any[0]?.message ?? ''))))`
