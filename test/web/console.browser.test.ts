import { describe, expect, it } from 'vitest'
import { openSection as open, SECTIONS, sections } from './console-site.ts'
import { chromium, demoSite, type VisitOptions } from './demo-site.ts'

describe.skipIf(!chromium)('the console', () => {
  const site = demoSite()
  const visitAs = (person: Parameters<ReturnType<typeof site>['visitAs']>[0], options: VisitOptions = {}) =>
    site().visitAs(person, { path: '/demo/console', ...options })

  it('brings reports live to two moderators, and a decision of one to the other', async () => {
    const { sue, ann, bob, cal } = await site().demo.app.company('Cases', {
      sue: 'supervisor',
      ann: 'owner',
      bob: 'member',
      cal: 'member',
    })
    const sues = await visitAs(sue)
    const anns = await visitAs(ann)
    for (const { page } of [sues, anns]) {
      await open(page, 'Moderation')
      await page.getByText('Nothing to decide').waitFor()
    }
    const { id } = await bob.say({ recipientId: cal.userId }, 'Buy cheap watches.')
    await cal.mutate('reportMessage', { messageId: id, reason: 'SPAM', note: 'Every day.' })
    for (const { page } of [sues, anns]) {
      const card = page.locator('.case', { hasText: 'Buy cheap watches.' })
      await card.getByText('Every day.').waitFor()
    }
    await anns.page.getByRole('textbox', { name: 'Reason' }).fill('Not finished')
    await sues.page.getByRole('textbox', { name: 'Reason' }).fill('Advertising.')
    await sues.page.getByRole('button', { name: 'Delete for everybody' }).click()
    for (const { page } of [sues, anns]) {
      await page.locator('.case.over', { hasText: 'Retracted' }).getByText('Advertising.').waitFor()
    }
  })

  it('says in words why a decision is refused, and keeps the reason', async () => {
    const { sue, cal } = await site().demo.app.company('Refused', { sue: 'supervisor', cal: 'member' })
    const { id } = await cal.say({ recipientId: sue.userId }, 'Look at this.')
    await sue.mutate('reportMessage', { messageId: id, reason: 'OTHER' })
    const { page } = await visitAs(sue)
    await open(page, 'Moderation')
    const decisions: string[] = []
    page.on('request', (request) => {
      const sent = request.postData() ?? ''
      if (sent.includes('decideModerationCase')) decisions.push(sent)
    })
    const reason = page.getByRole('textbox', { name: 'Reason' })
    await reason.fill('Mine.')
    await reason.press('Enter')
    await reason.fill('Mine.')
    await page.getByRole('button', { name: 'Leave as it is' }).click()
    await page.getByRole('alert').getByText('Your role does not allow this').waitFor()
    // By this answer, one to a decision by Enter would have come.
    expect(decisions).toHaveLength(1)
    await open(page, 'State')
    await open(page, 'Moderation')
    expect(await page.getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('Mine.')
  })

  it('offers each role its sections, and a member none', async () => {
    const { owner, sue, aud, bob } = await site().demo.app.company('Roles', {
      owner: 'owner',
      aud: 'auditor',
      sue: 'supervisor',
      bob: 'member',
    })
    expect(await sections((await visitAs(owner)).page)).toEqual(SECTIONS)
    const supervisors = ['State', 'Moderation', 'Broadcasts', 'Guests']
    expect(await sections((await visitAs(sue)).page)).toEqual(supervisors)
    const auditors = ['Audit trail', 'Audited reads', 'Legal holds', 'Exports']
    expect(await sections((await visitAs(aud)).page)).toEqual(auditors)
    const { page } = await visitAs(bob)
    await page.getByText('Nothing for your role here').waitFor()
  })

  it('shows the load of senders, and no text to those who may not audit', async () => {
    const { owner, sue, bob, cal } = await site().demo.app.company('State', {
      owner: 'owner',
      sue: 'supervisor',
      bob: 'member',
      cal: 'member',
    })
    await bob.say({ recipientId: cal.userId }, 'Hello.')
    const { page } = await visitAs(owner)
    await page.getByRole('table', { name: 'Top senders' }).getByText('Normal').waitFor()
    await page.getByRole('table', { name: 'Recent messages' }).getByText('Hello.').waitFor()
    const other = await visitAs(sue)
    await other.page.getByText('Text not shown to your role').waitFor()
  })

  it('keeps what was typed while the person is signed out', async () => {
    const { sue, bob, cal } = await site().demo.app.company('Token', {
      sue: 'supervisor',
      bob: 'member',
      cal: 'member',
    })
    const { id } = await bob.say({ recipientId: cal.userId }, 'Look.')
    await cal.mutate('reportMessage', { messageId: id, reason: 'OTHER' })
    const visit = await visitAs(sue)
    const { page, context } = visit
    await open(page, 'Moderation')
    await page.getByRole('textbox', { name: 'Reason' }).fill('Not finished')
    const expired = await site().demo.app.issuer.mint({ subject: sue.externalId, expiresInSeconds: -60 })
    await context.route('**/graphql', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${expired}` } }),
    )
    // A later route goes before an earlier one, so that nobody else's token is given in between.
    await context.route('**/demo/token', (route) => route.fulfill({ status: 401 }))
    await page.getByRole('button', { name: 'Leave as it is' }).click()
    await page.getByRole('alert').getByText('You are signed out').first().waitFor()
    await context.unroute('**/graphql')
    await context.route('**/demo/token', (route) => route.fulfill({ json: { token: sue.token } }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Leave as it is' }).click()
    await page.locator('.case.over').getByText('Not finished').waitFor()
    visit.complaints.length = 0
  })

  it('shows nothing of a person who has signed out, nor the next person in the same page', async () => {
    const { app } = site().demo
    const first = await app.company('First', { ann: 'owner', bob: 'member', cal: 'member' })
    const second = await app.company('Second', { zoe: 'owner' })
    await first.bob.say({ recipientId: first.cal.userId }, 'Only for the first company.')
    const visit = await visitAs(first.ann)
    const { page, context } = visit
    await page.getByText('Only for the first company.').waitFor()
    // A later route goes before an earlier one, so that nobody else's token is given in between.
    await context.route('**/demo/token', (route) => route.fulfill({ status: 401 }))
    await page.evaluate(() =>
      document.querySelector<HTMLElement & { signOut(): void }>('colloquy-console')?.signOut(),
    )
    await page.getByRole('alert').getByText('You are signed out').first().waitFor()
    // The first token is valid still, and the screen is empty all the same.
    expect(await page.getByText('Only for the first company.').count()).toBe(0)
    await context.route('**/demo/token', (route) => route.fulfill({ json: { token: second.zoe.token } }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('navigation', { name: 'Console' }).getByText('Zoe Second').waitFor()
    await page.getByText('Only for the first company.').waitFor({ state: 'detached', timeout: 5_000 })
    visit.complaints.length = 0
  })
})
