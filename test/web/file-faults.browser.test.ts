import type { Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { choose, fileRow, sendButton } from './attaching.ts'
import { chromium, demoSite, openConversation } from './demo-site.ts'

const path = '/demo/messages'
const MEGABYTE = 1024 * 1024
/** All that browsers leave out on such a page, and files need. */
const PLAIN = `delete Crypto.prototype.randomUUID
  delete Crypto.prototype.subtle
  delete Navigator.prototype.locks`
/** The server takes a file in parts of 8 MiB. */
const LARGE = Buffer.alloc(9 * MEGABYTE, 'x')

describe.skipIf(!chromium)('a file that meets a fault on its way', () => {
  const site = demoSite(async () => {
    const limits = { maxBytes: 12 * MEGABYTE, quotaBytes: 20 * MEGABYTE, types: [] }
    const store = { directory: undefined, s3: undefined, clamd: undefined }
    return { app: { environment: { attachments: { ...limits, ...store } } } }
  })

  it('goes on where it has stopped when the server is back, and no byte is sent twice', async () => {
    const { page, complaints } = await conversation('Back')
    const parts: string[] = []
    let isAway = false
    await page.route('**/files/uploads/*', async (route) => {
      if (isAway) return route.abort('connectionrefused')
      if (route.request().method() !== 'PATCH') return route.continue()
      parts.push(route.request().headers()['upload-offset'] ?? '')
      await route.continue()
      isAway = parts.length === 1
    })
    await choose(page, 'large.bin', LARGE)
    await fileRow(page, 'large.bin').getByText('No connection. It goes on when it is back.').waitFor()
    isAway = false
    await expect.poll(() => sendButton(page).isEnabled()).toBe(true)
    expect(parts).toEqual(['0', String(8 * MEGABYTE)])
    await sendButton(page).click()
    await page.locator('article', { hasText: 'large.bin' }).getByText('Sent').waitFor()
    complaints.length = 0
  })

  it('goes on in the page that is loaded next, in the middle of the file', async () => {
    const { page, complaints, title } = await conversation('Load')
    const parts: string[] = []
    await page.route('**/files/uploads/*', (route) => {
      if (route.request().method() !== 'PATCH') return route.continue()
      parts.push(route.request().headers()['upload-offset'] ?? '')
      // The second part never arrives in this page.
      return parts.length === 2 ? undefined : route.continue()
    })
    await choose(page, 'large.bin', LARGE)
    await expect.poll(() => parts.length).toBe(2)
    await page.reload()
    await openConversation(page, title)
    await expect.poll(() => sendButton(page).isEnabled()).toBe(true)
    expect(parts).toEqual(['0', String(8 * MEGABYTE), String(8 * MEGABYTE)])
    await sendButton(page).click()
    await page.locator('article', { hasText: 'large.bin' }).getByText('Sent').waitFor()
    complaints.length = 0
  })

  it('is uploaded anew when the server has lost its earlier parts', async () => {
    const { page, complaints } = await conversation('Lost')
    const addresses: string[] = []
    await page.route('**/files/uploads/*', (route) => {
      if (route.request().method() !== 'PATCH') return route.continue()
      addresses.push(route.request().url())
      return addresses.length === 1 ? route.fulfill({ status: 410 }) : route.continue()
    })
    await choose(page, 'small.txt', Buffer.from('small'))
    await expect.poll(() => sendButton(page).isEnabled()).toBe(true)
    expect([addresses.length, new Set(addresses).size]).toEqual([2, 2])
    complaints.length = 0
  })

  it('is refused at once when it is too large, and the others go', async () => {
    const { page } = await conversation('Large')
    await choose(page, 'huge.bin', Buffer.alloc(13 * MEGABYTE))
    await fileRow(page, 'huge.bin').getByRole('alert').getByText('It is too large.').waitFor()
    expect(await fileRow(page, 'huge.bin').getByRole('button', { name: 'Try again' }).count()).toBe(0)
    await choose(page, 'small.txt', Buffer.from('small'))
    await fileRow(page, 'small.txt').getByText('5 byte').waitFor()
    expect(await sendButton(page).isEnabled()).toBe(false)
    await page.getByRole('button', { name: 'Remove huge.bin' }).click()
    await sendButton(page).click()
    await page.locator('article', { hasText: 'small.txt' }).getByText('Sent').waitFor()
  })

  it('finds no room, and goes when there is some again and the person tries once more', async () => {
    const { page } = await conversation('Quota')
    for (const name of ['one.bin', 'two.bin', 'three.bin']) {
      await choose(page, name, LARGE)
      if (name === 'three.bin') break
      await fileRow(page, name).getByText('9 MB').waitFor()
    }
    await fileRow(page, 'three.bin').getByRole('alert').getByText('There is no more room for files').waitFor()
    await page.getByRole('button', { name: 'Remove one.bin' }).click()
    await fileRow(page, 'one.bin').waitFor({ state: 'detached' })
    await expect
      .poll(async () => {
        const again = fileRow(page, 'three.bin').getByRole('button', { name: 'Try again' })
        if (await again.isVisible()) await again.click()
        return fileRow(page, 'three.bin').getByText('9 MB').isVisible()
      })
      .toBe(true)
  })

  it('is gone for good when it is cancelled while the server is away', async () => {
    const { page, complaints, title } = await conversation('Cancel')
    await page.route('**/files/uploads/*', (route: Route) => route.abort('connectionrefused'))
    await choose(page, 'small.txt', Buffer.from('small'))
    await fileRow(page, 'small.txt').getByText('No connection. It goes on when it is back.').waitFor()
    await page.getByRole('button', { name: 'Remove small.txt' }).click()
    await fileRow(page, 'small.txt').waitFor({ state: 'detached' })
    await page.unroute('**/files/uploads/*')
    await page.reload()
    await openConversation(page, title)
    await page.getByRole('textbox', { name: 'Write a message' }).waitFor()
    await page.waitForTimeout(500)
    expect(await fileRow(page, 'small.txt').count()).toBe(0)
    complaints.length = 0
  })

  it('goes from a page without TLS too, where the browser has no cryptography to speak of', async () => {
    const { page } = await conversation('Plain', PLAIN)
    await choose(page, 'small.txt', Buffer.from('small'))
    await fileRow(page, 'small.txt').getByText('5 byte').waitFor()
  })

  /** Opens a conversation of a company of its own. */
  async function conversation(name: string, script = '') {
    const { alice, bob } = await site().demo.app.company(name, { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Send me something.')
    const { page, complaints } = await site().visitAs(alice, {
      path,
      before: (context) => context.addInitScript(script),
    })
    const title = `Bob ${name}`
    await openConversation(page, title)
    return { page, complaints, title }
  }
})
