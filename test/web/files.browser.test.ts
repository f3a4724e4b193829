import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { choose, fileRow, sendButton } from './attaching.ts'
import { chromium, demoSite, openConversation } from './demo-site.ts'

const path = '/demo/messages'

describe.skipIf(!chromium)('files in the messenger', () => {
  const site = demoSite()

  it('go by button and by drop without a word, and the other person sees the picture and saves the file', async () => {
    const { alice, bob } = await site().demo.app.company('Files', { alice: 'member', bob: 'member' })
    await alice.say({ conversationId: await alice.group('Papers', [bob]) }, 'Here they are.')
    const { page: hers } = await site().visitAs(alice, { path })
    const { page: his } = await site().visitAs(bob, { path })
    await openConversation(hers, 'Papers')
    await openConversation(his, 'Papers')
    const create = { width: 600, height: 300, channels: 3, background: '#b00020' } as const
    await choose(hers, 'plan.png', await sharp({ create }).png().toBuffer(), 'image/png')
    await fileRow(hers, 'plan.png').waitFor()
    await give(hers.getByRole('feed'), 'drop', 'note.txt', 'Twelve bytes')
    await fileRow(hers, 'note.txt').waitFor()
    await expect.poll(() => sendButton(hers).isEnabled()).toBe(true)
    await sendButton(hers).click()
    const article = his.locator('article', { hasText: 'note.txt' })
    const picture = article.locator('canvas')
    const drawn = (box: HTMLCanvasElement) => [
      box.width,
      box.height,
      box.getContext('2d')?.getImageData(9, 9, 1, 1).data[3],
    ]
    await expect.poll(() => picture.evaluate(drawn)).toEqual([480, 240, 255])
    expect(await picture.boundingBox()).toMatchObject({ width: 240, height: 120 })
    await article.getByText('text/plain · 12 byte').waitFor()
    const download = his.waitForEvent('download')
    await article.getByRole('button', { name: /note.txt/ }).click()
    const saved = await download
    expect([saved.suggestedFilename(), await readFile(await saved.path(), 'utf8')]).toEqual([
      'note.txt',
      'Twelve bytes',
    ])
    const opened = his.context().waitForEvent('page')
    await article.getByRole('button', { name: /plan.png/ }).click()
    const tab = await opened
    await expect.poll(() => tab.url()).toContain('/files/')
    await his.locator('.item-last', { hasText: 'Alice Files: 2 files' }).waitFor()
    await hers.locator('.item-last', { hasText: 'You: 2 files' }).waitFor()
    await fileRow(hers, 'plan.png').waitFor({ state: 'detached' })
  })

  it('are refused in words, and go when they are cancelled, while the text stays', async () => {
    const { alice, bob } = await site().demo.app.company('Refused', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Send me something.')
    const { page } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Refused')
    const box = page.getByRole('textbox', { name: 'Write a message' })
    await box.fill('With words')
    await choose(page, 'fake.png', Buffer.from('This is no picture.'), 'image/png')
    await fileRow(page, 'fake.png').getByText('This type of file is not accepted.').waitFor()
    expect(await sendButton(page).isEnabled()).toBe(false)
    await page.getByRole('button', { name: 'Remove fake.png' }).click()
    await fileRow(page, 'fake.png').waitFor({ state: 'detached' })
    // No answer to its part comes, so that it is cancelled on its way.
    await page.route('**/files/uploads/*', (route) =>
      route.request().method() === 'PATCH' ? undefined : route.continue(),
    )
    const begun = page.waitForRequest((request) => request.method() === 'PATCH')
    await give(box, 'paste', 'pasted.txt', 'Pasted')
    await fileRow(page, 'pasted.txt').getByRole('progressbar').waitFor()
    const address = (await begun).url()
    const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE')
    await page.getByRole('button', { name: 'Remove pasted.txt' }).click()
    await fileRow(page, 'pasted.txt').waitFor({ state: 'detached' })
    const answer = await deleted
    expect([answer.status(), answer.url()]).toEqual([204, address])
    expect(await box.inputValue()).toBe('With words')
    await sendButton(page).click()
    await page.locator('article', { hasText: 'With words' }).getByText('Sent').waitFor()
  })
})

/** Drops or pastes a text file. */
function give(target: Locator, kind: 'drop' | 'paste', name: string, text: string): Promise<void> {
  return target.evaluate(
    (element, given) => {
      const data = new DataTransfer()
      data.items.add(new File([given.text], given.name, { type: 'text/plain' }))
      const init = { bubbles: true, cancelable: true }
      element.dispatchEvent(
        given.kind === 'drop'
          ? new DragEvent('drop', { ...init, dataTransfer: data })
          : new ClipboardEvent('paste', { ...init, clipboardData: data }),
      )
    },
    { kind, name, text },
  )
}
