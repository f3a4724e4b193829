import { holdLock } from '../store/hold-lock.ts'
import { newKey } from '../store/new-key.ts'
import type { SessionOptions } from '../store/session-options.ts'
import { createLink, type Link, type LinkCallbacks } from './link.ts'
import { problemOf } from './problem.ts'
import { chooseTransport } from './transports.ts'

/**
 * Opens the link of this tab under a new name. A lock of that name tells the hub when the tab is gone; `onHeld` gets the function
 * that lets it go. Undefined if the signal ends first.
 */
export async function openTab(
  scope: string,
  { url, companyId, workerUrl, tier, token }: SessionOptions,
  signal: AbortSignal,
  onHeld: (release: () => void) => void,
  callbacks: Pick<LinkCallbacks, 'onStatus' | 'onNotify'>,
): Promise<Link | undefined> {
  const tab = newKey()
  const lock = await holdLock(`colloquy tab ${tab}`, onHeld)
  if (signal.aborted) return undefined
  const open = chooseTransport({ scope, tab, url, companyId, workerUrl, tier })
  const hello = { type: 'hello', tab, lock, url, companyId } as const
  return createLink(open, hello, { token: () => token.get(), problemOf, ...callbacks })
}
