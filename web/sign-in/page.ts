import { AuthorizationResponseError } from 'oauth4webapi'
import { createSignIn, type SignInSettings } from './sign-in.ts'

// The script of the server's own pages: it signs the person in and gives the element its tokens.

/** The element of the page, which the loader defines. */
interface Element extends HTMLElement {
  token: unknown
  signOut(): Promise<void>
}

type Trouble = 'left' | 'ended' | 'failed' | 'away' | 'insecure'

/** A server that does not answer keeps nobody from signing out. */
const MAX_TELLING_MS = 3_000

const element = document.querySelector<Element>('colloquy-messenger, colloquy-console')
const notice = document.querySelector<HTMLElement>('#notice')
const out = document.querySelector<HTMLButtonElement>('#sign-out')
if (element && notice && out) void start(element, notice, out)

async function start(element: Element, notice: HTMLElement, out: HTMLButtonElement): Promise<void> {
  const signIn = createSignIn(JSON.parse(notice.dataset['settings'] ?? '') as SignInSettings)
  const tell = (trouble: Trouble, reason = '') => {
    for (const text of notice.querySelectorAll<HTMLElement>('[data-name]')) {
      text.hidden = text.dataset['name'] !== trouble
    }
    const detail = notice.querySelector('#reason')
    if (detail) detail.textContent = reason
    out.hidden = true
    element.hidden = true
    notice.hidden = false
    if (!button) return
    button.hidden = trouble === 'insecure'
    button.focus()
  }
  const button = notice.querySelector('button')
  button?.addEventListener('click', () => void signIn.begin())
  // Also when they sign out in another tab.
  element.addEventListener('colloquy-signed-out', (event) => {
    signIn.end()
    tell((event as CustomEvent<{ forgotten: boolean }>).detail.forgotten ? 'left' : 'ended')
  })
  out.addEventListener('click', async () => {
    const url = signIn.end()
    const late = new Promise((resolve) => setTimeout(resolve, MAX_TELLING_MS))
    try {
      await Promise.race([element.signOut(), late])
    } finally {
      if (url) location.assign(url)
    }
  })
  if (!isSecureContext) return tell('insecure')
  try {
    if (!(await signIn.finish())) return await signIn.begin()
    nameCompany(element)
    element.token = () => signIn.token()
    out.hidden = false
  } catch (error) {
    // An attempt is never repeated by itself: a provider that refuses would be asked for ever.
    if (error instanceof AuthorizationResponseError) tell('failed', error.error_description ?? error.error)
    else if (error instanceof TypeError) tell('away')
    else tell('failed', error instanceof Error ? error.message : '')
  }
}

/** People of several companies name theirs in the address, by its id: `?company=Q29t…`. */
function nameCompany(element: Element): void {
  const company = new URLSearchParams(location.search).get('company')
  if (company === null) return
  element.setAttribute('company-id', company)
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a')) link.search = location.search
}
