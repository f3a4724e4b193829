import type { Mounted } from './mounted.ts'

// The loader: it defines the elements, and loads the code of those that the page has.

/** An element of Colloquy. Its attributes are described in docs/embed.md. */
export class ColloquyElement extends HTMLElement {
  static observedAttributes = ['token-url', 'context', 'locale', 'theme']
  #token: unknown
  #mounted: Promise<Mounted> | undefined

  constructor() {
    super()
    // A property that was set before this script was loaded hides the accessor.
    const early = Object.getOwnPropertyDescriptor(this, 'token')
    if (!early) return
    Reflect.deleteProperty(this, 'token')
    this.#token = early.value
  }

  /** A function that returns an access token, or `{ token, expiresAt }`; it replaces `token-url`. */
  get token(): unknown {
    return this.#token
  }

  set token(token: unknown) {
    this.#token = token
    this.#mount()
  }

  connectedCallback(): void {
    this.#mount()
  }

  disconnectedCallback(): void {
    // A page that moves the element connects it again at once.
    queueMicrotask(() => {
      if (this.isConnected) return
      void this.#mounted?.then((mounted) => mounted.unmount())
      this.#mounted = undefined
    })
  }

  attributeChangedCallback(): void {
    this.#mount()
    void this.#mounted?.then((mounted) => mounted.update())
  }

  /** Shows the widget's panel, or does nothing in other elements. */
  open(): void {
    void this.#mounted?.then((mounted) => mounted.setOpen?.(true))
  }

  close(): void {
    void this.#mounted?.then((mounted) => mounted.setOpen?.(false))
  }

  /** Forgets the person: closes the socket and removes what this browser keeps. Call it when the host signs out. */
  async signOut(): Promise<void> {
    await (await this.#mounted)?.signOut()
  }

  #mount(): void {
    if (this.#mounted || !this.isConnected || !(this.#token || this.hasAttribute('token-url'))) return
    // Frameworks may put the same element into another page.
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    this.#mounted = load(this.localName).then(({ mount }) => mount(this, root))
  }
}

function load(
  name: string,
): Promise<{ mount(element: ColloquyElement, root: ShadowRoot): Promise<Mounted> }> {
  if (name === 'colloquy-messenger') return import('./messenger.tsx')
  if (name === 'colloquy-badge') return import('./badge.tsx')
  if (name === 'colloquy-console') return import('./console.tsx')
  return import('./widget.tsx')
}

for (const name of ['colloquy-widget', 'colloquy-messenger', 'colloquy-badge', 'colloquy-console']) {
  if (!customElements.get(name)) customElements.define(name, class extends ColloquyElement {})
}
