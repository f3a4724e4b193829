import type { Browser, BrowserContext, Page } from 'playwright-core'
import { findChromium, launchChromium } from '../graphiql/browser.ts'
import { type DemoServer, startDemoServer } from '../graphiql/demo-server.ts'

/** The demonstration's back office, and a browser that visits it. */
export interface DemoSite extends AsyncDisposable {
  demo: DemoServer
  browser: Browser
  /** Opens a browser window of its own, signed in as the person with this first name. */
  visit(name: string, options?: VisitOptions): Promise<Visit>
}

/** A window of one person. */
export interface Visit {
  context: BrowserContext
  page: Page
  /** Exceptions, files that failed to load, and violations of the security policy. */
  complaints: string[]
}

export interface VisitOptions {
  path?: string
  viewport?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  locale?: string
  /** Runs before every page. */
  before?: (context: BrowserContext) => Promise<unknown>
}

export const chromium = findChromium()

const PEOPLE = ['Alice', 'Bob', 'Adam', 'Sara', 'Audrey', 'Carol', 'Dave', 'Frank', 'Gina']

/** Builds the elements, and starts a server with demo data and a browser. */
export async function startDemoSite(): Promise<DemoSite> {
  const { write } = (await import('../../web/build.mjs' as string)) as { write(): Promise<void> }
  await write()
  const demo = await startDemoServer()
  const browser = await launchChromium(chromium ?? '')
  return {
    demo,
    browser,
    visit: (name, options) => visit(browser, demo.url, name, options),
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
