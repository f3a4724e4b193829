import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { findChromium, launchChromium } from '../graphiql/browser.ts'
import { type DemoServer, startDemoServer } from '../graphiql/demo-server.ts'
import type { TestAppOptions } from '../support/app.ts'
import type { Client } from '../support/client.ts'

/** The demonstration's back office, and a browser that visits it. */
export interface DemoSite extends AsyncDisposable {
  demo: DemoServer
  browser: Browser
  /** Opens a browser window of its own, signed in as the person with this first name. */
  visit(name: string, options?: VisitOptions): Promise<Visit>
  /** Opens a window for a person of a test's own company, whose token the page's endpoint gives. */
  visitAs(person: Client, options?: VisitOptions): Promise<Visit>
  /** Closes the windows that were opened; fails if one has complained. */
  closeAll(): Promise<void>
}

/** A window of one person. */
export interface Visit {
  context: BrowserContext
  page: Page
  /** Exceptions, files that failed to load, and violations of the security policy. */
  complaints: string[]
}

/** Settings of a suite. */
interface SiteOptions {
  /** Flags of the browser. */
  flags?: readonly string[]
  app?: TestAppOptions
}

export interface VisitOptions {
  path?: string
  viewport?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  locale?: string
  /** Prepares the window before its first page. */
  before?: (context: BrowserContext) => Promise<unknown>
}

export const chromium = findChromium()

const PEOPLE = ['Alice', 'Bob', 'Adam', 'Sara', 'Audrey', 'Carol', 'Dave', 'Frank', 'Gina']

/**
 * Gives the tests of a suite one site, closes its windows after each, and fails a test in whose windows something complained.
 */
export function demoSite(prepare: () => Promise<SiteOptions> = async () => ({})): () => DemoSite {
  let site: DemoSite | undefined
  const found = () => {
    if (!site) throw new Error('The site is there once the suite has begun.')
    return site
  }
  beforeAll(async () => {
    site = await startDemoSite(await prepare())
  })
  afterEach(() => found().closeAll())
  afterAll(() => site?.[Symbol.asyncDispose]())
  return found
}

/** Builds the elements, and starts a server with demo data and a browser. */
async function startDemoSite({ flags = [], app = {} }: SiteOptions): Promise<DemoSite> {
  const { write } = (await import('../../web/build.mjs' as string)) as { write(): Promise<void> }
  await write()
  const demo = await startDemoServer(0, app)
  const browser = await launchChromium(chromium ?? '', flags)
  const visits: Visit[] = []
  async function open(name: string, options?: VisitOptions): Promise<Visit> {
    const opened = await visit(browser, demo.url, name, options)
    visits.push(opened)
    return opened
  }
  return {
    demo,
    browser,
    visit: open,
    visitAs: (person, options = {}) =>
      open('Alice', {
        ...options,
        before: async (context) => {
          await context.route('**/demo/token', (route) => route.fulfill({ json: { token: person.token } }))
          await options.before?.(context)
        },
      }),
    async closeAll() {
      const all = visits.splice(0)
      for (const { context } of all) await context.close()
      expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await demo[Symbol.asyncDispose]()
    },
  }
}

async function visit(
  browser: Browser,
  url: string,
  name: string,
  {
    path = '/demo',
    viewport = { width: 1280, height: 800 },
    colorScheme,
    locale = 'en-GB',
    before,
  }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport, locale, ...(colorScheme && { colorScheme }) })
  const value = String(PEOPLE.indexOf(name))
  await context.addCookies([{ name: 'colloquy_demo', value, url: `${url}/demo` }])
  await before?.(context)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(`${url}${path}`)
  return { context, page, complaints }
}

/** Puts a page of another product at /demo/host, with the widget in it and no policy of its own. */
export function hostPage(
  context: BrowserContext,
  { head = '', widget = '', attributes = 'lang="en"' } = {},
): Promise<unknown> {
  const icon = '<link rel="icon" href="data:,">'
  const script = '<script type="module" src="/ui/colloquy.js"></script>'
  const element = `<colloquy-widget token-url="/demo/token" ${widget}></colloquy-widget>`
  const body = `<!doctype html><html ${attributes}><head>${icon}${script}${head}</head><body>${element}</body></html>`
  return context.route('**/demo/host', (route) => route.fulfill({ contentType: 'text/html', body }))
}

/** The round button of the widget. */
export function launcher(page: Page): Locator {
  return page.locator('colloquy-widget .launcher')
}

/** The panel of the widget. */
export function panel(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Messages' })
}

/** Opens the conversation with this title from the inbox. */
export async function openConversation(page: Page, title: string): Promise<void> {
  await page.locator('.item', { has: page.locator('.item-title', { hasText: title }) }).click()
  await page.getByRole('feed').waitFor()
}

/** Writes a message into the open conversation. */
export async function write(page: Page, body: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Write a message' }).fill(body)
  await page.keyboard.press('Enter')
}

/** Opens the menu of a message and chooses an entry. */
export async function act(page: Page, text: string, entry: string): Promise<void> {
  const message = page.locator('article', { hasText: text }).last()
  await message.hover()
  await message.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}
