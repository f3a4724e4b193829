import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium, demoSite, openConversation } from './demo-site.ts'
import { keepStream, MICROPHONE, past, player, playsIn, position, record } from './recording.ts'

const path = '/demo/messages'

describe.skipIf(!chromium)('voice notes', () => {
  const site = demoSite(async () => ({ flags: MICROPHONE }))

  it('are recorded, paused and sent by one person and played by another, with duration and waveform', async () => {
    const { alice, bob } = await site().demo.app.company('Voices', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page: hers } = await site().visitAs(alice, { path })
    const { page: his } = await site().visitAs(bob, { path })
    await openConversation(hers, 'Bob Voices')
    await openConversation(his, 'Alice Voices')
    await hers.getByRole('textbox', { name: 'Write a message' }).fill('Half a sen')
    await record(hers)
    await past(hers, 2)
    await hers.locator('.composer canvas').evaluate(isDrawn)
    await hers.getByRole('button', { name: 'Pause the recording' }).click()
    const paused = await hers.getByRole('timer').textContent()
    await hers.waitForTimeout(1_200)
    expect(await hers.getByRole('timer').textContent()).toBe(paused)
    await hers.getByRole('button', { name: 'Go on recording' }).click()
    await past(hers, 3)
    await hers.getByRole('button', { name: 'Send the voice note' }).click()
    const note = player(his)
    await note.waitFor()
    expect(await note.locator('.voice-time').textContent()).toMatch(/^0:0[3-5]$/)
    // The text that was being written is no part of it.
    expect(await hers.getByRole('textbox', { name: 'Write a message' }).inputValue()).toBe('Half a sen')
    const before = await note.boundingBox()
    await note.getByRole('button', { name: 'Play' }).click()
    await note.getByRole('button', { name: 'Pause' }).waitFor()
    await expect.poll(() => position(note)).toBeGreaterThan(0.5)
    expect(await note.boundingBox()).toEqual(before)
    expect(await note.locator('canvas').evaluate(loudBars)).toBeGreaterThan(0)
    await note.getByRole('button', { name: 'Pause' }).click()
    await note.getByRole('slider', { name: 'Position' }).fill('1.5')
    expect(await note.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/^0:02 of 0:0[3-5]$/)
    // It plays to its end, and begins anew.
    await note.getByRole('button', { name: 'Play' }).click()
    await note.getByRole('button', { name: 'Pause' }).waitFor()
    await note.getByRole('button', { name: 'Play' }).waitFor({ timeout: 10_000 })
    expect(await position(note)).toBe(0)
  })

  it('outlast the tab in which they are recorded', async () => {
    const { alice, bob } = await site().demo.app.company('Closed', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page, context } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Closed')
    await record(page)
    await past(page, 3)
    await page.close()
    const next = await context.newPage()
    await next.goto(`${site().demo.url}${path}`)
    await openConversation(next, 'Bob Closed')
    await next
      .locator('.composer')
      .getByText(/^0:0[2-4]$/)
      .waitFor()
    await next.getByRole('button', { name: 'Send', exact: true }).click()
    await playsIn(next)
  })

  it('are kept beside the message when the conversation is left, and go when they are discarded', async () => {
    const { alice, bob } = await site().demo.app.company('Left', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Left')
    await record(page)
    await past(page, 1)
    await page.getByRole('button', { name: 'Discard the recording' }).click()
    await page.getByRole('textbox', { name: 'Write a message' }).waitFor()
    expect(await page.locator('.composer').getByRole('listitem').count()).toBe(0)
    await record(page)
    await past(page, 1)
    await page.getByRole('button', { name: 'New message' }).first().click()
    await page.getByText('The recording is kept beside your message.').waitFor()
    await openConversation(page, 'Bob Left')
    await page.locator('.composer').getByText('Voice note').waitFor()
  })

  it('end at five minutes, or with the microphone, and can be sent then', async () => {
    const { alice, bob } = await site().demo.app.company('Limit', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page } = await site().visitAs(alice, {
      path,
      before: (context) => context.addInitScript(keepStream),
    })
    await openConversation(page, 'Bob Limit')
    await record(page)
    await past(page, 1)
    await page.evaluate<void>('globalThis.stream.getTracks()[0].stop()')
    await page.getByRole('alert').getByText('The microphone has stopped.').waitFor()
    await page.getByRole('button', { name: 'Send the voice note' }).click()
    await playsIn(page)
    await record(page)
    await past(page, 1)
    await page.clock.install()
    await page.clock.fastForward('05:00')
    await page.getByRole('alert').getByText('A voice note has 5 minutes at most.').waitFor()
    expect(await page.getByRole('timer').textContent()).toBe('5:00')
    await page.getByRole('button', { name: 'Send the voice note' }).click()
    await page.getByRole('group', { name: 'Voice note, 5:00' }).waitFor()
  })

  it.each([
    ['light', 'ltr'],
    ['dark', 'rtl'],
  ] as const)(
    'can be recorded and played by keyboard, one at a time, and break no rule of axe in the %s, %s',
    async (colorScheme, dir) => {
      const { alice, bob } = await site().demo.app.company('Keys', { alice: 'member', bob: 'member' })
      await bob.say({ recipientId: alice.userId }, 'Tell me.')
      const { page } = await site().visitAs(alice, { path, colorScheme })
      await page.evaluate<void>(`document.documentElement.dir = '${dir}'`)
      await openConversation(page, 'Bob Keys')
      for (const count of [1, 2]) {
        await page.getByRole('button', { name: 'Record a voice note' }).focus()
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: 'Pause the recording' }).and(page.locator(':focus')).waitFor()
        await past(page, 2)
        await violations(page)
        await page.keyboard.press('Tab')
        await page.keyboard.press('Enter')
        await expect.poll(() => page.getByRole('group', { name: /^Voice note/ }).count()).toBe(count)
        await page.getByRole('textbox', { name: 'Write a message' }).and(page.locator(':focus')).waitFor()
      }
      const [first, second] = [page.getByRole('group', { name: /^Voice note/ }).first(), player(page)]
      await first.getByRole('button', { name: 'Play' }).focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => position(first)).toBeGreaterThan(0)
      await page.keyboard.press('Tab')
      const before = await position(first)
      for (let at = 0; at < 5; at += 1) await page.keyboard.press(dir === 'ltr' ? 'ArrowRight' : 'ArrowLeft')
      expect(await position(first)).toBeGreaterThan(before)
      await violations(page)
      await second.getByRole('button', { name: 'Play' }).press('Enter')
      await expect.poll(() => position(second)).toBeGreaterThan(0)
      await first.getByRole('button', { name: 'Play' }).waitFor()
    },
  )
})

async function violations(page: Page): Promise<void> {
  await page.evaluate<void>(axe.source)
  const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
  expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
}

function isDrawn(box: HTMLCanvasElement): boolean {
  return (
    box
      .getContext('2d')
      ?.getImageData(0, 0, box.width, box.height)
      .data.some((value) => value > 0) ?? false
  )
}

/** Columns of the waveform that reach a third of its height above its middle. */
function loudBars(box: HTMLCanvasElement): number {
  const row = box.getContext('2d')?.getImageData(0, Math.floor(box.height / 6), box.width, 1).data ?? []
  return [...row].filter((value, at) => at % 4 === 3 && value > 0).length
}
