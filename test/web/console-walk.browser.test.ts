import { describe, expect, it } from 'vitest'
import { openSection } from './console-site.ts'
import { chromium, demoSite, type VisitOptions } from './demo-site.ts'

describe.skipIf(!chromium)('in the console', () => {
  const site = demoSite()
  const visitAs = (person: Parameters<ReturnType<typeof site>['visitAs']>[0], options: VisitOptions = {}) =>
    site().visitAs(person, { path: '/demo/console', ...options })

  it('an owner changes a setting, sees a refused one in words, and finds the change in the verified trail', async () => {
    const { owner } = await site().demo.app.company('Walk', { owner: 'owner' })
    const { page } = await visitAs(owner)
    await openSection(page, 'Settings')
    await page.getByLabel('Depth of replies').fill('3')
    await page.getByLabel('Messages of one person').fill('5 / 0')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('Check what you have entered').waitFor()
    await page.getByText('Must be 1 to 86400.').first().waitFor()
    expect(await page.getByLabel('Depth of replies').inputValue()).toBe('3')
    await page.getByLabel('Messages of one person').fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await page.getByLabel('Depth of replies').inputValue()).toBe('3')
    const saved = () => owner.run('{ viewer { company { settings { maxThreadDepth sendLimits { max } } } } }')
    await expect
      .poll(async () => (await saved()).viewer.company.settings)
      .toEqual({ maxThreadDepth: 3, sendLimits: null })
    await openSection(page, 'Audit trail')
    await page.getByRole('table', { name: 'Events' }).getByText('settings.changed').first().waitFor()
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Verify now' }).click()
        return page.locator('.verdict').textContent()
      })
      .toMatch(/Whole: [1-9]\d* events/)
    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: /Download the proof of event 0/ }).click()
    expect((await file).suggestedFilename()).toBe('proof-0.json')
  })

  it('an owner who has switched messages off switches them on again', async () => {
    const { owner } = await site().demo.app.company('Switch', { owner: 'owner' })
    const visit = await visitAs(owner)
    const { page } = visit
    await openSection(page, 'Settings')
    const messages = page.getByRole('switch', { name: /Messages switched on/ })
    await messages.uncheck()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    await openSection(page, 'State')
    await page.getByRole('alert').getByText('Messages are switched off').first().waitFor()
    await openSection(page, 'Settings')
    await messages.check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    await openSection(page, 'State')
    await page
      .getByRole('table', { name: 'Top senders' })
      .or(page.getByText('Nothing here yet').first())
      .waitFor()
    visit.complaints.length = 0
  })

  it('an auditor requests an export, and reads a conversation on the record', async () => {
    const { aud, bob, cal } = await site().demo.app.company('Export', {
      aud: 'auditor',
      bob: 'member',
      cal: 'member',
    })
    const id = await bob.group('Secret plans', [cal])
    await bob.say({ conversationId: id }, 'The plan.')
    const { page } = await visitAs(aud)
    await openSection(page, 'Audited reads')
    await page.getByText('Nothing has been read yet.').waitFor()
    await page.getByLabel('Title or name').fill('Secret')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Open Secret plans' }).click()
    await page.getByRole('table', { name: 'Secret plans' }).getByText('The plan.').waitFor()
    await openSection(page, 'Exports')
    await page.getByRole('button', { name: 'New export' }).click()
    await page.getByRole('button', { name: 'Request' }).click()
    await page
      .getByRole('table', { name: 'Exports' })
      .getByText(/Waiting|Running|Ready/)
      .waitFor()
    await openSection(page, 'Legal holds')
    await page.getByRole('button', { name: 'New legal hold' }).click()
    await page.getByLabel('Name', { exact: true }).fill('The matter')
    await page.getByRole('button', { name: 'Place hold' }).click()
    // Neither a person nor a time is named: the server says so, and the name stays.
    await page.getByRole('alert').getByText('Check what you have entered').waitFor()
    await page.getByLabel('From').fill('2026-01-01')
    await page.getByLabel('To').fill('2026-02-01')
    await page.getByRole('button', { name: 'Place hold' }).click()
    await page.getByRole('table', { name: 'Legal holds' }).getByText('The matter').waitFor()
  })

  it('an auditor narrows an export to a person and a conversation, and holds one conversation', async () => {
    const { aud, bob, cal } = await site().demo.app.company('Narrow', {
      aud: 'auditor',
      bob: 'member',
      cal: 'member',
    })
    const id = await bob.group('Secret plans', [cal])
    await bob.say({ conversationId: id }, 'The plan.')
    const { page } = await visitAs(aud)
    const choose = async (title: string) => {
      await page.getByLabel('Conversations').fill(title)
      await page.keyboard.press('Enter')
      await page.getByRole('listitem').getByRole('button', { name: title }).click()
      await page.getByRole('button', { name: `Remove ${title}` }).waitFor()
    }
    await openSection(page, 'Exports')
    await page.getByRole('button', { name: 'New export' }).click()
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('bob')
    await page.getByRole('option', { name: /Bob Narrow/ }).click()
    await choose('Secret plans')
    const asked = page.waitForRequest((request) => request.postData()?.includes('requestExport') ?? false)
    await page.getByRole('button', { name: 'Request' }).click()
    const { input } = ((await asked).postDataJSON() as { variables: { input: object } }).variables
    expect(input).toMatchObject({ userIds: [bob.userId], conversationIds: [id] })
    await page
      .getByRole('table', { name: 'Exports' })
      .getByText(/Waiting|Running|Ready/)
      .waitFor()
    await openSection(page, 'Legal holds')
    await page.getByRole('button', { name: 'New legal hold' }).click()
    await page.getByLabel('Name', { exact: true }).fill('The plans')
    await choose('Secret plans')
    await page.getByRole('button', { name: 'Place hold' }).click()
    await page.getByRole('table', { name: 'Legal holds' }).getByText('Secret plans').waitFor()
  })

  it('an admin makes a role, gives it to a member, and a broadcast reaches everybody', async () => {
    const { adam, bob } = await site().demo.app.company('People', { adam: 'admin', bob: 'member' })
    const { page } = await visitAs(adam)
    await openSection(page, 'Roles')
    await page.getByRole('button', { name: 'New role' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Lead')
    await page.getByRole('checkbox', { name: 'Moderation' }).check()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('rowheader', { name: 'Lead' }).waitFor()
    await openSection(page, 'Members')
    await page.getByRole('button', { name: /Edit Bob/ }).click()
    await page.getByLabel('Role').selectOption('Lead')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: 'Lead' }).waitFor()
    const { viewer } = await bob.run('{ viewer { permissions } }')
    expect(viewer.permissions).toContain('MESSAGE_MODERATE')
    await openSection(page, 'Broadcasts')
    await page.getByRole('button', { name: 'New broadcast' }).click()
    await page.getByLabel('Subject').fill('Friday')
    await page.getByLabel('Message', { exact: true }).fill('We are closed.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('button', { name: 'Readers Friday' }).click()
    await page.getByRole('button', { name: 'Not read' }).click()
    await page.getByRole('table', { name: 'Readers' }).getByText('Bob').waitFor()
  })
})
