import type { Locator, Page } from 'playwright-core'

/** The button that sends the message which is written. */
export function sendButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Send', exact: true })
}

/** A file of the message that is written. */
export function fileRow(page: Page, name: string): Locator {
  return page.locator('.composer').getByRole('listitem').filter({ hasText: name })
}

/** Chooses a file by the button. */
export async function choose(
  page: Page,
  name: string,
  buffer: Buffer,
  mimeType = 'application/octet-stream',
): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await chooser).setFiles({ name, mimeType, buffer })
}
