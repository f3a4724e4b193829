import { describe, expect, it } from 'vitest'
import { chromium, demoSite, hostPage, launcher, openConversation, panel, write } from './demo-site.ts'

describe.skipIf(!chromium)('the widget at a bad moment', () => {
  const site = demoSite()

  it('says that the person is signed out, keeps the draft, and goes on after the sign-in', async () => {
    const { alice, bob } = await site().demo.app.company('Token', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const visit = await site().visitAs(alice)
    const { page, context } = visit
    await launcher(page).click()
    await openConversation(page, 'Bob Token')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('Not finished')
    await page.evaluate<void>(
      "document.addEventListener('colloquy-signed-out', () => document.body.setAttribute('data-out', ''))",
    )
    // The session of the host ends, and with it the tokens of both.
    const expired = await site().demo.app.issuer.mint({ subject: alice.externalId, expiresInSeconds: -60 })
    await context.route('**/graphql', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${expired}` } }),
    )
    await context.unroute('**/demo/token')
    await context.route('**/demo/token', (route) => route.fulfill({ status: 401 }))
    const signedOut = panel(page).getByText('You are signed out').waitFor()
    // Any call will do, and the widget may make one by itself before the click.
    const mute = page
      .locator('.head')
      .getByRole('button', { name: 'More actions' })
      .click()
      .then(() => page.getByRole('menuitem', { name: 'Mute' }).click())
    await Promise.race([signedOut, mute.catch(() => signedOut)])
    await signedOut
    await page.locator('body[data-out]').waitFor()
    await context.unroute('**/demo/token')
    await context.unroute('**/graphql')
    await context.route('**/demo/token', (route) => route.fulfill({ json: { token: alice.token } }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Write a message' }).inputValue())
      .toBe('Not finished')
    visit.complaints.length = 0
  })

  it('says that messaging is switched off, and comes back', async () => {
    const { alice, owner } = await site().demo.app.company('Off', { alice: 'member', owner: 'owner' })
    await owner.mutate('updateCompanySettings', { messagingEnabled: false })
    const { page } = await site().visitAs(alice)
    await launcher(page).click()
    await panel(page).getByText('Messages are switched off').waitFor()
    await owner.mutate('updateCompanySettings', { messagingEnabled: true })
    await page.getByRole('button', { name: 'Try again' }).click()
    await panel(page).getByText('No conversations yet').waitFor()
  })

  it('keeps a message that safe mode refuses, and sends it later', async () => {
    const { alice, owner } = await site().demo.app.company('Safe', { alice: 'supervisor', owner: 'owner' })
    await owner.say({ recipientId: alice.userId }, 'Hello.')
    const { page } = await site().visitAs(alice)
    await launcher(page).click()
    await openConversation(page, 'Owner Safe')
    await owner.mutate('updateCompanySettings', { safeMode: true })
    await write(page, 'Too late.')
    await page
      .locator('.failed', { hasText: 'Too late.' })
      .getByText(/Not sent/)
      .waitFor()
    await owner.mutate('updateCompanySettings', { safeMode: false })
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('article[data-seq]', { hasText: 'Too late.' }).waitFor()
  })

  it('counts down while the person has sent too much', async () => {
    const people = { alice: 'member', bob: 'member' }
    const { alice, bob } = await site().demo.app.company('Limit', people, { limited: true })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page } = await site().visitAs(alice)
    await launcher(page).click()
    await openConversation(page, 'Bob Limit')
    for (let at = 1; at <= 11; at += 1) await write(page, `Message ${at}`)
    await panel(page)
      .getByText(/Sending goes on in \d+ s/)
      .waitFor()
    await page.locator('.sending', { hasText: 'Message 11' }).waitFor()
  })

  it('holds messages while the server is away, and says so', async () => {
    const { alice, bob } = await site().demo.app.company('Away', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const visit = await site().visitAs(alice, {
      before: (context) => context.addInitScript(WITHOUT_LOCKS),
    })
    const { page, context } = visit
    await launcher(page).click()
    await openConversation(page, 'Bob Away')
    await context.setOffline(true)
    await write(page, 'Later.')
    await page.locator('.sending', { hasText: 'Later.' }).waitFor()
    await panel(page).getByText('No connection. Messages are sent when it is back.').waitFor()
    await context.setOffline(false)
    await page.locator('article[data-seq]', { hasText: 'Later.' }).waitFor()
    visit.complaints.length = 0
  })

  it('refuses no paste of a megabyte and loses none of it, but sends no more than 32 KiB', async () => {
    const { alice, bob } = await site().demo.app.company('Large', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page } = await site().visitAs(alice)
    await launcher(page).click()
    await openConversation(page, 'Bob Large')
    const box = page.getByRole('textbox', { name: 'Write a message' })
    await box.fill('ä'.repeat(500_000))
    await panel(page)
      .getByText(/too long to send/)
      .waitFor()
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    expect((await box.inputValue()).length).toBe(500_000)
    await box.fill('ä'.repeat(16 * 1024))
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('article[data-seq]', { hasText: 'ää' }).waitFor()
  })

  it('shows a hostile name and text as text', async () => {
    const { alice, owner } = await site().demo.app.company('Hostile', { alice: 'member', owner: 'owner' })
    const name = '<img src=x onerror=alert(1)>'
    const { userId } = await owner
      .run('{ viewer { user { id } } }')
      .then(({ viewer }) => ({ userId: viewer.user.id }))
    await owner.mutate('syncMembers', { members: [{ externalId: owner.externalId, name, role: 'owner' }] })
    await owner.say({ recipientId: alice.userId }, '<script>alert(2)</script> javascript:alert(3)')
    const { page } = await site().visitAs(alice)
    expect(userId).toBe(owner.userId)
    await launcher(page).click()
    await openConversation(page, name)
    await page.getByRole('heading', { name }).waitFor()
    await page.locator('article', { hasText: '<script>alert(2)</script>' }).waitFor()
    expect(await page.locator('article a').count()).toBe(0)
    expect(await page.locator('colloquy-widget img').count()).toBe(0)
  })

  it('keeps what was written when the conversation is lost while it is open', async () => {
    const { alice, bob } = await site().demo.app.company('Lost', { alice: 'member', bob: 'member' })
    const id = await bob.group('Secret', [alice])
    await bob.say({ conversationId: id }, 'Hello.')
    const { page } = await site().visitAs(alice)
    await launcher(page).click()
    await openConversation(page, 'Secret')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('My thoughts')
    await bob.mutate('removeParticipant', { conversationId: id, userId: alice.userId })
    await panel(page).getByText('You are no longer in this conversation').waitFor()
    expect(await page.getByRole('textbox', { name: 'Write a message' }).inputValue()).toBe('My thoughts')
  })

  it('says that the page is outdated, and loses nothing when it is loaded again', async () => {
    const { alice, bob } = await site().demo.app.company('Newer', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'Hello.')
    const { page, context } = await site().visitAs(alice, {
      before: (each) => each.addInitScript(WITHOUT_LOCKS),
    })
    await launcher(page).click()
    await openConversation(page, 'Bob Newer')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('Nearly done')
    // The server that is there from now on speaks with newer pages only.
    let isNewer = true
    await context.routeWebSocket(/graphql/, (socket) => {
      if (!isNewer) return void socket.connectToServer()
      socket.onMessage(
        () => void socket.close({ code: 4426, reason: 'This client is outdated: reload the page.' }),
      )
    })
    await page.reload()
    await panel(page).getByText('This page is outdated').waitFor()
    // The page that is loaded again is a newer one. Until then the old one is turned away as often as it tries.
    page.once('framenavigated', () => {
      isNewer = false
    })
    await page.getByRole('button', { name: 'Load the page again' }).click()
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Write a message' }).inputValue())
      .toBe('Nearly done')
  })

  it('says that the person has no access to the company that the page names', async () => {
    const { alice } = await site().demo.app.company('Mine', { alice: 'member' })
    const visit = await site().visitAs(alice, {
      path: '/demo/host',
      before: (context) => hostPage(context, { widget: 'company-id="nowhere"' }),
    })
    await launcher(visit.page).click()
    await panel(visit.page).getByText('You have no access to messages here.').waitFor()
    visit.complaints.length = 0
  })
})

/** A browser that shares nothing, so that the page has a socket of its own. */
const WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"
