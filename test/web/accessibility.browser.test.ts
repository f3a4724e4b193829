import { describe, expect, it } from 'vitest'
import { expectAccessible } from './axe.ts'
import { act, chromium, demoSite, launcher, openConversation, write } from './demo-site.ts'

describe.skipIf(!chromium)('the elements for everybody', () => {
  const site = demoSite()

  it.each(['light', 'dark'] as const)(
    'break no rule of axe on any screen in the %s, in either direction',
    { timeout: 90_000 },
    async (colorScheme) => {
      const { alice, bob } = await site().demo.app.company('مرحبا', { alice: 'member', bob: 'member' })
      const group = await alice.group('Project Atlas with a name that is far too long for one line', [bob])
      const first = await bob.say({ conversationId: group }, 'شكرا https://example.com')
      await alice.say({ conversationId: group }, 'A reply.', {
        parentId: first.id,
        priority: 'URGENT',
        subject: 'Soon',
      })
      await alice.mutate('setReaction', { messageId: first.id, emoji: '🎉', on: true })
      const { page } = await site().visitAs(alice, { colorScheme, path: '/demo/invoices/INV-42' })
      await launcher(page).click()
      await page.locator('.item').first().waitFor()
      await expectAccessible(page, 'inbox', [colorScheme])
      await openConversation(page, 'Project Atlas')
      await page.getByRole('link', { name: 'https://example.com' }).waitFor()
      await write(page, 'Mine.')
      await page.locator('article', { hasText: 'Mine.' }).getByText('Sent').waitFor()
      await page.locator('article', { hasText: 'Mine.' }).hover()
      await expectAccessible(page, 'conversation', [colorScheme])
      await page.locator('.head').getByRole('button', { name: 'More actions' }).click()
      await expectAccessible(page, 'menu', [colorScheme])
      await page.getByRole('menuitem', { name: 'Details' }).click()
      await page.locator('.person').first().waitFor()
      await expectAccessible(page, 'details', [colorScheme])
      await page.getByRole('button', { name: 'Back' }).click()
      await page.getByRole('button', { name: 'Back' }).click()
      for (const [name, ready] of [
        ['Search messages', '.empty'],
        ['Preferences', '.switch'],
        ['New message', '.option'],
      ] as const) {
        await page.getByRole('button', { name }).first().click()
        await page.locator(ready).first().waitFor()
        await expectAccessible(page, name, [colorScheme])
        await page.getByRole('button', { name: 'Back' }).click()
      }
      await page.goto(`${site().demo.url}/demo/messages`)
      await openConversation(page, 'Project Atlas')
      await expectAccessible(page, 'messenger', [colorScheme])
    },
  )

  it('break no rule of axe where people write to many', {
    timeout: 120_000,
  }, async () => {
    const { owner, bob, carol } = await site().demo.app.company('Rules', {
      owner: 'owner',
      bob: 'member',
      carol: 'member',
    })
    await bob.group('Warehouse', [owner, carol])
    await owner.mutate('sendBroadcast', { subject: 'Friday', body: 'Closed.', audience: 'ALL' })
    const { page } = await site().visitAs(owner, { path: '/demo/messages' })
    const back = () => page.getByRole('button', { name: 'Back' }).last().click()
    await page.getByRole('button', { name: 'Broadcasts' }).click()
    await page.locator('.hit', { hasText: 'Friday' }).waitFor()
    await expectAccessible(page, 'broadcasts')
    await page.locator('.hit', { hasText: 'Friday' }).click()
    await page.locator('.person').first().waitFor()
    await expectAccessible(page, 'readers')
    await back()
    await page.getByRole('button', { name: 'New broadcast' }).click()
    await page.getByRole('radio', { name: 'Groups' }).check()
    await page.getByRole('checkbox', { name: 'Warehouse' }).waitFor()
    await expectAccessible(page, 'broadcast to groups')
  })

  it('break no rule of axe while people pick, react, mention, report, search and announce', {
    timeout: 150_000,
  }, async () => {
    const { owner, bob } = await site().demo.app.company('مرحبا', {
      owner: 'owner',
      bob: 'member',
      carol: 'member',
    })
    const group = await owner.group('Project Atlas', [bob])
    await bob.say({ conversationId: group }, 'The budget for March. '.repeat(20))
    const { page } = await site().visitAs(owner, { path: '/demo/messages' })
    const open = (name: string) => page.getByRole('button', { name }).first().click()
    await open('New message')
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('bob')
    await page.getByRole('option', { name: 'Bob مرحبا' }).click()
    await page.getByRole('option', { name: 'Carol مرحبا' }).waitFor()
    await expectAccessible(page, 'people picker with a choice')
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('nobody at all')
    await page.getByText('Nobody found').waitFor()
    await expectAccessible(page, 'people picker without anybody')
    await openConversation(page, 'Project Atlas')
    const message = page.locator('article', { hasText: 'The budget for March.' })
    await message.hover()
    await message.getByRole('button', { name: 'React', exact: true }).click()
    await page.locator('.emoji button').first().waitFor()
    await expectAccessible(page, 'reaction picker')
    await page.keyboard.press('Escape')
    await page.getByRole('textbox', { name: 'Write a message' }).pressSequentially('Ask @b')
    await page.getByRole('option', { name: 'Bob مرحبا' }).waitFor()
    await expectAccessible(page, 'mentions')
    await page.keyboard.press('Enter')
    await act(page, 'The budget for March.', 'Report')
    await page.locator('dialog[open]').waitFor()
    await expectAccessible(page, 'report')
    await page.keyboard.press('Escape')
    await open('Search messages')
    await page.getByRole('searchbox', { name: 'Search messages' }).fill('budget')
    await page.locator('.hit').first().waitFor()
    await expectAccessible(page, 'search results')
    await page.getByRole('searchbox', { name: 'Search messages' }).fill('nothing like it')
    await page.getByText('Nothing found').waitFor()
    await expectAccessible(page, 'no search results')
    await open('Broadcasts')
    await open('New announcement')
    await page.getByRole('textbox', { name: 'Subject' }).fill('News')
    await expectAccessible(page, 'announcement')
  })

  it('break no rule of axe where a thing has no conversation yet, and where nobody is signed in', async () => {
    const { alice } = await site().demo.app.company('Start', { alice: 'member' })
    const { page, complaints } = await site().visitAs(alice, { path: '/demo/invoices/INV-45' })
    await launcher(page).click()
    await page.getByText('No conversations yet').waitFor()
    await expectAccessible(page, 'empty inbox')
    await page.getByRole('button', { name: /INV-45/ }).click()
    await page.getByText('Nobody has written about INV-45 yet.').waitFor()
    await expectAccessible(page, 'context')
    await page.context().route('**/demo/token', (route) => route.fulfill({ status: 401 }))
    for (const path of ['messages', 'console']) {
      await page.goto(`${site().demo.url}/demo/${path}`)
      await page.getByRole('button', { name: 'Try again' }).first().waitFor()
      await expectAccessible(page, `signed out of ${path}`)
    }
    // The browser reports the answers of 401.
    complaints.length = 0
  })

  it('can be used by keyboard alone, and gives the focus back', async () => {
    const { alice, bob } = await site().demo.app.company('Keys', { alice: 'member', bob: 'member' })
    await bob.say({ recipientId: alice.userId }, 'First.')
    await bob.say({ recipientId: alice.userId }, 'Second.')
    const { page } = await site().visitAs(alice)
    await launcher(page).focus()
    await page.keyboard.press('Enter')
    await page.locator('.item:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('Third.')
    await page.keyboard.press('Enter')
    await page.locator('article[data-seq="3"]').waitFor()
    // One stop of the Tab key leads into the list, arrow keys from message to message.
    for (let at = 0; at < 9 && !(await page.locator('article:focus').count()); at += 1) {
      await page.keyboard.press('Shift+Tab')
    }
    for (let at = 0; at < 2; at += 1) await page.keyboard.press('ArrowUp')
    await page.locator('article[data-seq="1"]:focus').waitFor()
    await page.locator('article[data-seq="1"]').getByRole('button', { name: 'React', exact: true }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.emoji button:focus').first().waitFor()
    // Escape closes what is open above the panel, and not the panel.
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'React', exact: true }).and(page.locator(':focus')).waitFor()
    expect(await page.locator('.emoji:popover-open').count()).toBe(0)
    await page.keyboard.press('Enter')
    await page.locator('.emoji button:focus').first().waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.reaction').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.launcher:focus').waitFor()
    expect(await page.getByRole('dialog', { name: 'Messages' }).count()).toBe(0)
  })
})
