import type { Page } from 'playwright-core'

/** The sections of the console, as its menu lists them for an owner. */
export const SECTIONS = [
  'State',
  'Moderation',
  'Broadcasts',
  'Members',
  'Roles',
  'Guests',
  'Audit trail',
  'Audited reads',
  'Legal holds',
  'Exports',
  'Settings',
  'SMS',
]

/** Opens a section by the menu. */
export async function openSection(page: Page, section: string): Promise<void> {
  const menu = page.getByRole('navigation', { name: 'Console' })
  await menu.getByRole('button', { name: section, exact: true }).click()
}

/** The sections that the menu offers. */
export async function sections(page: Page): Promise<string[]> {
  const menu = page.getByRole('navigation', { name: 'Console' })
  await menu.waitFor()
  return menu.getByRole('button').allInnerTexts()
}
