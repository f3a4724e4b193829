import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** The browser's own microphone, which beeps once a second, and its own consent. */
export const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** Runs in the page: keeps the stream of the microphone for the test to look at, or to stop as if it were unplugged. */
export function keepStream(): void {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted)
    Object.assign(globalThis, { stream })
    return stream
  }
}

/** Begins to record a voice note. */
export async function record(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Record a voice note' }).click()
  await page.getByRole('timer').waitFor()
}

/** Waits until so many seconds are recorded. */
export async function past(page: Page, seconds: number): Promise<void> {
  await expect
    .poll(async () => Number((await page.getByRole('timer').textContent())?.split(':')[1]), {
      timeout: 15_000,
    })
    .toBeGreaterThanOrEqual(seconds)
}

/** The last voice note of the conversation. */
export function player(page: Page): Locator {
  return page.getByRole('group', { name: /^Voice note/ }).last()
}

/** Plays the last voice note until it is heard. */
export async function playsIn(page: Page): Promise<void> {
  const note = player(page)
  await note.getByRole('button', { name: 'Play' }).click()
  await expect.poll(() => position(note)).toBeGreaterThan(0)
  await note.getByRole('button', { name: 'Pause' }).click()
}

/** The second at which a voice note is. */
export async function position(note: Locator): Promise<number> {
  return Number(await note.getByRole('slider').inputValue())
}
