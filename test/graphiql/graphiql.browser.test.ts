import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium, GraphiqlWindow, launchChromium, stored } from './browser.ts'
import { type DemoServer, startDemoServer } from './demo-server.ts'
import { ACME, TABS } from './expected-page.ts'

const chromium = findChromium()
// A page of 9 MB is slow to start on a machine that is busy with other tests.
describe.skipIf(!chromium)('GraphiQL in a browser', { timeout: 90_000 }, () => {
  let demo: DemoServer
  let browser: Browser
  let context: BrowserContext
  const windows: GraphiqlWindow[] = []
  beforeAll(async () => {
    demo = await startDemoServer()
    browser = await launchChromium(chromium ?? '')
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  })
  afterEach(async () => {
    await context.close()
    for (const window of windows.splice(0)) {
      expect(window.foreign).toEqual([])
      expect(window.complaints).toEqual([])
    }
  })

  async function open(at = demo.url): Promise<GraphiqlWindow> {
    const window = await GraphiqlWindow.open(context, at)
    windows.push(window)
    return window
  }

  /** Waits until the server has so many open subscriptions. */
  function subscriptions(count: number) {
    return expect
      .poll(async () => (await fetch(`${demo.url}/metrics`)).text(), { timeout: 60_000 })
      .toMatch(new RegExp(`^colloquy_live_subscriptions ${count}$`, 'm'))
  }

  it('opens with examples that all work as they stand, one after the other', async () => {
    const window = await open()
    expect(await window.tabs()).toEqual(TABS)
    expect(await runTab('Inbox')).toMatchObject({
      viewer: { user: { name: 'Alice Archer' }, company: { name: 'Acme' } },
      conversations: { nodes: [{ title: 'Project Atlas' }, { title: 'Bob Baker' }] },
    })
    expect(await runTab('FindColleague')).toEqual({
      users: { nodes: [expect.objectContaining({ name: 'Alice Archer' })] },
    })
    expect(await runTab('SendMessage')).toMatchObject({
      sendMessage: { message: { status: 'SENT' }, conversation: { title: 'Alice Archer' } },
    })
    const { viewer } = await runTab('Unread')
    expect(viewer.unread.direct).toBeGreaterThan(0)
    expect(await runTab('MarkRead')).toMatchObject({
      markRead: {
        conversation: { title: 'Bob Baker', unreadCount: 0 },
        unread: { total: viewer.unread.total - viewer.unread.direct },
      },
    })
    const { conversation } = await runTab('Messages')
    expect(conversation.messages.nodes.at(-1)).toMatchObject({
      author: { name: 'Bob Baker' },
      status: 'READ',
    })
    const { searchMessages } = await runTab('Search')
    expect(searchMessages.nodes[0]).toMatchObject({ body: 'Shall we have lunch at noon?' })
    expect(await runTab('SendBroadcast')).toMatchObject({
      sendBroadcast: { __typename: 'SendBroadcastPayload' },
    })
    expect((await runTab('Broadcasts')).broadcasts.nodes[0]).toMatchObject({ subject: 'Summer party' })
    expect(await runTab('CreateGroup')).toMatchObject({ createGroup: { conversation: { title: 'Lunch' } } })
    expect((await runTab('SendGuestMessage')).sendGuestMessage).toMatchObject({
      preview: { encoding: 'GSM7', segments: 1 },
    })
    const { guests, inboundMessages } = await runTab('Guests')
    expect(guests.nodes.map(({ name }: { name: string }) => name)).toContain('Mia Meier')
    expect(inboundMessages.nodes).toMatchObject([{ guest: { name: 'Mia Meier' } }])

    async function runTab(title: string) {
      await window.turnTo(title)
      await window.run()
      return JSON.parse(await window.response((text) => text.includes('"data"'))).data
    }
  })

  it('asks as the person who is chosen, in any tab', async () => {
    const window = await open()
    await window.page.getByLabel('Request as').selectOption('Bob Baker')
    await window.run()
    await window.response((text) => text.includes('"name": "Bob Baker"'))
  })

  it('asks as anybody of the demo companies, and as a person of two in the company that is chosen', async () => {
    const window = await open()
    const choice = window.page.getByLabel('Request as')
    const offered = await choice
      .locator('optgroup')
      .evaluateAll((groups) =>
        groups.map((group) => [
          group.getAttribute('label'),
          ...Array.from(group.children, (one) => one.textContent),
        ]),
      )
    expect(offered).toEqual([
      ['Acme', ...ACME, 'Frank Fischer'],
      ['Globex', 'Gina Garcia', 'Greg Green', 'Grace Gruber', 'Frank Fischer'],
    ])
    for (const [company = '', ...names] of offered) {
      for (const name of names) {
        const option = choice.locator(`optgroup[label="${company}"] option`, { hasText: name ?? '' })
        await choice.selectOption((await option.getAttribute('value')) ?? '')
        await window.run()
        const who = new RegExp(`"user": {\\s*"name": "${name}"\\s*},\\s*"company": {\\s*"name": "${company}"`)
        const answer = await window.response((text) => who.test(text))
        expect(JSON.parse(answer).errors).toBeUndefined()
      }
    }
  })

  it('loads its files compressed', async () => {
    const page = await (await fetch(`${demo.url}/graphql`, { headers: { accept: 'text/html' } })).text()
    for (const [, path] of page.matchAll(/(?:src|href)="(\/graphql[^"]+)"/g)) {
      for (const encoding of ['br', 'gzip']) {
        const response = await fetch(`${demo.url}${path}`, { headers: { 'accept-encoding': encoding } })
        expect(response.headers.get('content-encoding')).toBe(encoding)
        expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0)
      }
    }
  })

  it('completes what is typed, runs it and documents the schema', async () => {
    const window = await open()
    await window.newTab()
    await window.complete('{vie', 'viewer')
    await window.complete('{com', 'company')
    await window.complete('{na', 'name')
    await window.run()
    expect(JSON.parse(await window.response((text) => text.includes('"data"')))).toEqual({
      data: { viewer: { company: { name: 'Acme' } } },
    })
    await window.page.getByLabel('Show Documentation Explorer').click()
    await window.page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).click()
    await window.page.locator('.graphiql-doc-explorer').getByText('inboxEvents').waitFor()
  })

  it('brings what one tab sends to the subscription of another tab, until that is stopped', async () => {
    const window = await open()
    await window.turnTo('InboxEvents')
    await window.run()
    await subscriptions(1)
    await window.send('Are you there?')
    await window.turnTo('InboxEvents')
    const event = JSON.parse(await window.response((text) => text.includes('Are you there?')))
    expect(event.data.inboxEvents).toMatchObject({
      __typename: 'ConversationActivity',
      message: { author: { name: 'Bob Baker' } },
      notify: true,
    })
    // Nothing happened meanwhile: the event is still shown, and the subscription goes on.
    await window.turnTo('Inbox')
    await window.turnTo('InboxEvents')
    await window.response((text) => text.includes('Are you there?'))
    await subscriptions(1)
    await window.run()
    await subscriptions(0)
  })

  it('brings what one window sends to the subscription of another, and ends it with the window', async () => {
    const alice = await open()
    await alice.turnTo('InboxEvents')
    await alice.run()
    await subscriptions(1)
    const bob = await open()
    await bob.send('From the window next door.')
    await alice.response((text) => text.includes('From the window next door.'))
    await alice.page.close()
    await subscriptions(0)
  })

  it('ends the subscription of a tab that is closed', async () => {
    const window = await open()
    await window.turnTo('InboxEvents')
    await window.run()
    await subscriptions(1)
    await window.turnTo('Inbox')
    await window.closeTab('InboxEvents')
    await subscriptions(0)
  })

  it('keeps its tabs over a reload, and replaces tokens that have expired', async () => {
    const window = await open()
    await window.turnTo('SendMessage')
    await window.fill('variables', (await window.text('variables')).replace('noon', 'one'))
    await expect.poll(() => stored(window.page), { timeout: 60_000 }).toMatch(/at one.*"activeTabIndex":3/)
    const expired = await demo.app.issuer.mint({ subject: 'bob@acme.test', expiresInSeconds: -60 })
    await window.page.close()
    const elsewhere = await context.newPage()
    await elsewhere.goto(`${demo.url}/healthz`)
    await elsewhere.evaluate<void>(
      `Object.entries(localStorage).forEach(([key, value]) => localStorage.setItem(key, value.replaceAll(/eyJ[^"\\\\]+/g, '${expired}')))`,
    )
    expect(await stored(elsewhere)).toContain(expired)

    const again = await open()
    expect(await again.tabs()).toEqual(TABS)
    expect(await again.text('variables')).toContain('at one')
    await again.run()
    const answer = JSON.parse(await again.response((text) => text.includes('"data"')))
    expect(answer.data.sendMessage.message.body).toBe('Shall we have lunch at one?')
    await again.reload()
    expect(await again.tabs()).toEqual(TABS)
  })

  it('starts afresh on another database at the same address', async () => {
    const first = await startDemoServer()
    const window = await open(first.url)
    await window.turnTo('SendMessage')
    await window.run()
    await window.response((text) => text.includes('SendMessagePayload'))
    await first[Symbol.asyncDispose]()
    await using second = await startDemoServer(Number(new URL(first.url).port))
    const again = await open(second.url)
    await again.turnTo('SendMessage')
    await again.run()
    await again.response((text) => text.includes('SendMessagePayload'))
  })

  it('is signed out where no demo people are, and keeps no token that is pasted', async () => {
    const window = await open(demo.app.url)
    expect(await window.text('request-headers')).toContain('Paste an access token of your identity provider')
    await window.run()
    await window.response((text) => text.includes('UNAUTHENTICATED'))
    const token = await demo.app.issuer.mint({ subject: 'bob@acme.test' })
    await window.fill('request-headers', JSON.stringify({ authorization: `Bearer ${token}` }))
    await window.run()
    await window.response((text) => text.includes('Bob Baker'))
    await window.turnTo('InboxEvents')
    await expect.poll(() => stored(window.page), { timeout: 60_000 }).toContain('"activeTabIndex":1')
    expect(await stored(window.page)).not.toContain(token)
    // The answer of 401 is a complaint of the browser's own.
    window.complaints.length = 0
  })
})
