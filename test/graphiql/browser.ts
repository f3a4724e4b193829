import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import { expect } from 'vitest'

/** Where Chromium is, or undefined, having said loudly that browser tests are skipped. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const found = names.flatMap((name) =>
    (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name)),
  )
  const path = found.find(isExecutable)
  if (!path) {
    process.stderr.write(
      '\n*** SKIPPING BROWSER TESTS: install chromium (Debian: apt-get install chromium; macOS: brew install chromium) ***\n\n',
    )
  }
  return path
}

/** Starts Chromium without a window; the flags let it run as root and keep it from calling home. `more` are added. */
export function launchChromium(executablePath: string, more: readonly string[] = []): Promise<Browser> {
  const off = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map(
    (feature) => `--disable-${feature}`,
  )
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...off, ...more] })
}

/** One window with GraphiQL, and everything that a person does there. */
export class GraphiqlWindow {
  readonly page: Page
  /** Addresses of other servers that the page asked for anything. */
  readonly foreign: string[] = []
  /**
   * The problems that the browser reported: exceptions, files that failed to load, and violations of the security
   * policy.
   */
  readonly complaints: string[] = []

  private constructor(page: Page, origin: string) {
    this.page = page
    page.setDefaultTimeout(wait.timeout)
    const note = (url: string) => {
      const { protocol, host } = new URL(url)
      if (host !== new URL(origin).host && protocol !== 'data:' && protocol !== 'blob:')
        this.foreign.push(url)
    }
    page.context().on('request', (request) => note(request.url()))
    page.on('websocket', (socket) => note(socket.url()))
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
  }

  /** Opens /graphql and waits until GraphiQL has the schema. */
  static async open(context: BrowserContext, url: string): Promise<GraphiqlWindow> {
    const window = new GraphiqlWindow(await context.newPage(), url)
    await window.arrive(() => window.page.goto(`${url}/graphql`))
    return window
  }

  async reload(): Promise<void> {
    await this.arrive(() => this.page.reload())
  }

  /** The titles of the tabs. */
  tabs(): Promise<string[]> {
    return this.page.locator('.graphiql-tab-button').allTextContents()
  }

  /** Turns to the tab with this title, and waits until the editor shows its operation. */
  async turnTo(title: string): Promise<void> {
    await this.titled(title).click()
    await expect
      .poll(() => this.text('operation'), wait)
      .toMatch(new RegExp(`(query|mutation|subscription) ${title}\\b`))
  }

  async closeTab(title: string): Promise<void> {
    const tab = this.page.locator('.graphiql-tab').filter({ has: this.titled(title) })
    await tab.hover()
    await tab.locator('.graphiql-tab-close').click()
  }

  /** Opens an empty tab and places the cursor in it. */
  async newTab(): Promise<void> {
    await this.page.locator('.graphiql-tab-add').click()
    await expect.poll(() => this.text('operation'), wait).toBe('')
    await this.page.locator('.graphiql-query-editor .view-lines').click()
  }

  /** Types key by key, and takes the completion that the editor offers. */
  async complete(start: string, completion: string): Promise<void> {
    await this.page.keyboard.type(start)
    await this.page.locator('.suggest-widget').getByText(completion, { exact: true }).first().waitFor()
    await this.page.keyboard.press('Enter')
  }

  /** Writes variables or headers instead of what is there. */
  fill(pane: 'variables' | 'request-headers', text: string): Promise<void> {
    return this.page.evaluate<void>(`${modelOf(pane)}.setValue(${JSON.stringify(text)})`)
  }

  /** Presses the play button, which is the stop button too. */
  async run(): Promise<void> {
    await this.page.locator('.graphiql-execute-button').click()
  }

  /** Waits until the response pane shows something that matches, and gives it. */
  async response(shows: (response: string) => boolean): Promise<string> {
    await expect
      .poll(async () => [shows(await this.text('response')), await this.text('response')], wait)
      .toEqual([true, expect.any(String)])
    return this.text('response')
  }

  /** The whole text of a pane. */
  text(pane: 'operation' | 'variables' | 'request-headers' | 'response'): Promise<string> {
    return this.page.evaluate<string>(`${modelOf(pane)}.getValue()`)
  }

  /** Sends a message by the example for it. */
  async send(body: string): Promise<void> {
    await this.turnTo('SendMessage')
    const variables = JSON.parse(await this.text('variables'))
    await this.fill('variables', JSON.stringify({ input: { ...variables.input, body } }))
    await this.run()
    await this.response((text) => text.includes('SendMessagePayload'))
  }

  private titled(title: string): Locator {
    return this.page.locator('.graphiql-tab-button').getByText(title, { exact: true })
  }

  private async arrive(open: () => Promise<unknown>): Promise<void> {
    const schema = this.page.waitForResponse((response) => response.request().method() === 'POST')
    await open()
    expect((await schema).status()).toBe(200)
    await this.page.locator('.graphiql-query-editor .view-lines').waitFor()
  }
}

/** All that a page keeps in the browser. */
export function stored(page: Page): Promise<string> {
  return page.evaluate<string>('Object.values(localStorage).join()')
}

function modelOf(pane: string): string {
  return `__MONACO.editor.getModels().find((model) => model.uri.path.includes('${pane}.'))`
}

/** A condition may come late on a busy machine; the tests themselves end after 90 s. */
const wait = { timeout: 60_000 }

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
