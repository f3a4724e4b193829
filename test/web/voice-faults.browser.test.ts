import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromium, demoSite, openConversation } from './demo-site.ts'
import { keepStream, MICROPHONE, past, playsIn, record } from './recording.ts'

const path = '/demo/messages'

describe.skipIf(!chromium)('voice notes that meet a fault', () => {
  const site = demoSite(async () => ({ flags: MICROPHONE }))

  it.each([
    ['NotAllowedError', 'The browser does not let this page use the microphone.'],
    ['NotFoundError', 'No microphone was found.'],
    ['NotReadableError', 'The microphone cannot be used'],
  ])('say what to do after a %s, and keep the text', async (name, words) => {
    const { alice, bob } = await site().demo.app.company('Refused', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page } = await site().visitAs(alice, { path })
    await openConversation(page, 'Bob Refused')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('Half a sen')
    await page.evaluate<void>(`globalThis.real = navigator.mediaDevices.getUserMedia
      navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${name}') }`)
    await page.getByRole('button', { name: 'Record a voice note' }).click()
    await page.getByRole('alert').getByText(words).waitFor()
    await page.evaluate<void>('navigator.mediaDevices.getUserMedia = globalThis.real')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('timer').waitFor()
    await page.getByRole('button', { name: 'Discard the recording' }).click()
    expect(await page.getByRole('textbox', { name: 'Write a message' }).inputValue()).toBe('Half a sen')
  })

  it('let the microphone go where the browser cannot record what it hears', async () => {
    const { alice, bob } = await site().demo.app.company('Codec', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page } = await site().visitAs(alice, {
      path,
      before: (context) => context.addInitScript(keepStream),
    })
    await openConversation(page, 'Bob Codec')
    await page.evaluate<void>(`globalThis.real = MediaRecorder.prototype.start
      MediaRecorder.prototype.start = () => { throw new DOMException('', 'NotSupportedError') }`)
    await page.getByRole('button', { name: 'Record a voice note' }).click()
    await page.getByRole('alert').getByText('cannot record. Send a file instead.').waitFor()
    expect(await page.evaluate('globalThis.stream.getTracks().map((one) => one.readyState)')).toEqual([
      'ended',
    ])
    await page.evaluate<void>('MediaRecorder.prototype.start = globalThis.real')
    await page.getByRole('button', { name: 'Try again' }).click()
    await past(page, 1)
    await page.getByRole('button', { name: 'Send the voice note' }).click()
    await playsIn(page)
  })

  it('show how long they are as soon as they are heard, whatever their sender has claimed', async () => {
    const page = await claiming('Claims', 600_000)
    await record(page)
    await past(page, 2)
    await page.getByRole('button', { name: 'Send the voice note' }).click()
    await page.getByRole('group', { name: 'Voice note, 10:00' }).waitFor()
    await playsIn(page)
    await page.getByRole('group', { name: /^Voice note, 0:0[2-4]$/ }).waitFor()
  })

  it('are files if they have more bytes than what they claim to last can have', async () => {
    const page = await claiming('Liars', 1)
    await record(page)
    await past(page, 9)
    await page.getByRole('button', { name: 'Send the voice note' }).click()
    await page.locator('article .file').waitFor()
    expect(await page.getByRole('group', { name: /^Voice note/ }).count()).toBe(0)
  })

  /** Opens a conversation of a company of its own, whose voice notes claim this duration, whatever they have. */
  async function claiming(name: string, durationMs: number): Promise<Page> {
    const { alice, bob } = await site().demo.app.company(name, { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Tell me.')
    const { page } = await site().visitAs(alice, { path })
    await openConversation(page, `Bob ${name}`)
    await page.route('**/graphql', async (route) => {
      const asked = JSON.parse(route.request().postData() ?? '{}')
      const { input } = asked.variables ?? {}
      if (!input?.durationMs) return route.continue()
      await route.continue({ postData: { ...asked, variables: { input: { ...input, durationMs } } } })
    })
    return page
  }
})
