import { describe, expect, it } from 'vitest'
import { choose } from './attaching.ts'
import { expectAccessible } from './axe.ts'
import { act, chromium, demoSite, openConversation, write } from './demo-site.ts'

const path = '/demo/messages'

describe.skipIf(!chromium)('writing to many in the messenger', () => {
  const site = demoSite()

  it('sends a broadcast to a group, tells its author who has read it, and reminds the others', async () => {
    const people = { owner: 'owner', bob: 'member', carol: 'member' }
    const { owner, bob, carol } = await site().demo.app.company('Many', people)
    await owner.group('Warehouse', [bob, carol])
    const [{ page: hers }, { page: his }] = [
      await site().visitAs(owner, { path }),
      await site().visitAs(bob, { path }),
    ]
    await his.getByText('No conversations yet').or(his.locator('.item').first()).waitFor()
    expect(await his.getByRole('button', { name: 'Broadcasts' }).count()).toBe(0)
    await hers.getByRole('button', { name: 'Broadcasts' }).click()
    await hers.getByText('No broadcasts yet').waitFor()
    await hers.getByRole('button', { name: 'New broadcast' }).click()
    await hers.getByRole('radio', { name: 'Groups' }).check()
    await hers.getByRole('checkbox', { name: 'Warehouse' }).check()
    await hers.getByRole('textbox', { name: 'Subject' }).fill('Stocktaking')
    await hers.getByRole('textbox', { name: 'Write a message' }).fill('It begins at six.')
    // A page load loses nothing of what was written.
    await hers.goto(`${site().demo.url}/demo/messages`)
    await hers.getByRole('checkbox', { name: 'Warehouse', checked: true }).waitFor()
    await hers.getByRole('button', { name: 'Send now' }).click()
    await hers.getByText('0 of 2 read').waitFor()
    await openConversation(his, 'Stocktaking')
    await his.getByRole('feed').getByText('It begins at six.').waitFor()
    await his.getByText('Nobody can reply here.').waitFor()
    await hers.getByRole('button', { name: 'Back' }).last().click()
    await hers.locator('.hit', { hasText: '1 of 2 read' }).click()
    await hers.locator('.person', { hasText: 'Bob Many' }).waitFor()
    await hers.getByRole('button', { name: /^Not read/ }).click()
    await hers.locator('.person', { hasText: 'Carol Many' }).waitFor()
    const { page: third } = await site().visitAs(carol, { path })
    await third.locator('.item', { hasText: 'Stocktaking' }).waitFor()
    await hers.getByRole('button', { name: 'Remind those who have not read it' }).click()
    await hers.getByText('Reminded.').waitFor()
  })

  it('sends a broadcast with files, which wait for it over a page load and are seen by its author and its readers', async () => {
    const { owner, bob } = await site().demo.app.company('Papers', { owner: 'owner', bob: 'member' })
    const [{ page: hers }, { page: his }] = [
      await site().visitAs(owner, { path }),
      await site().visitAs(bob, { path }),
    ]
    await hers.getByRole('button', { name: 'Broadcasts' }).click()
    await hers.getByRole('button', { name: 'New broadcast' }).click()
    await hers.getByRole('textbox', { name: 'Subject' }).fill('New rules')
    const attach = async (name: string) => {
      await choose(hers, name, Buffer.from('Be kind.'), 'text/plain')
      await hers.getByRole('listitem').filter({ hasText: name }).getByText('8 byte').waitFor()
    }
    await attach('rules.txt')
    await attach('wrong.txt')
    await hers.reload()
    await hers.getByRole('listitem').filter({ hasText: 'rules.txt' }).getByText('8 byte').waitFor()
    await hers.getByRole('button', { name: 'Remove wrong.txt' }).click()
    // With files it needs no words.
    await expectAccessible(hers, 'broadcast with files')
    await hers.getByRole('button', { name: 'Send now' }).click()
    await hers.getByText('0 of 1 read').waitFor()
    await hers.getByRole('button', { name: /rules.txt/ }).waitFor()
    await openConversation(his, 'New rules')
    await his
      .locator('article')
      .getByRole('button', { name: /rules.txt/ })
      .waitFor()
    expect(await his.getByText('wrong.txt').count()).toBe(0)
    // The next broadcast begins without them.
    await hers.getByRole('button', { name: 'Back' }).last().click()
    await hers.getByRole('button', { name: 'New broadcast' }).click()
    await hers.getByRole('button', { name: 'Attach files' }).waitFor()
    expect(await hers.getByText('rules.txt').count()).toBe(0)
  })

  it('schedules a broadcast, changes its time and cancels it', async () => {
    const { owner, bob } = await site().demo.app.company('Later', { owner: 'owner', bob: 'member' })
    const { page } = await site().visitAs(owner, { path })
    await page.getByRole('button', { name: 'Broadcasts' }).click()
    await page.getByRole('button', { name: 'New broadcast' }).click()
    await page.getByRole('radio', { name: 'People' }).check()
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('bob')
    await page.getByRole('option', { name: /Bob Later/ }).click()
    await page.getByRole('textbox', { name: 'Subject' }).fill('Summer party')
    await page.getByRole('textbox', { name: 'Write a message' }).fill('Bring cake.')
    const at = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
    await page.getByLabel(/^Send at/).fill(`${at}T09:30`)
    await page.getByRole('button', { name: 'Schedule' }).click()
    await page.getByText(/Scheduled for .* 0?9:30/).waitFor()
    await page.getByLabel(/^Send at/).fill(`${at}T11:45`)
    await page.getByRole('button', { name: 'Change time' }).click()
    await page.getByText(/Scheduled for .*11:45/).waitFor()
    await page.getByRole('button', { name: 'Cancel broadcast' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel broadcast' }).click()
    await page.getByText('Cancelled').waitFor()
    const { broadcasts } = await bob.run('{ broadcasts { nodes { id } } }')
    expect(broadcasts.nodes).toEqual([])
  })

  it('announces something to the whole company, and reports a message to the moderators', async () => {
    const { owner, bob } = await site().demo.app.company('All', { owner: 'owner', bob: 'member' })
    const [{ page: hers }, { page: his }] = [
      await site().visitAs(owner, { path }),
      await site().visitAs(bob, { path }),
    ]
    await hers.getByRole('button', { name: 'Broadcasts' }).click()
    await hers.getByRole('button', { name: 'New announcement' }).click()
    await hers.getByRole('textbox', { name: 'Subject' }).fill('News')
    await hers.getByRole('button', { name: 'Create' }).click()
    await write(hers, 'We have moved.')
    await openConversation(his, 'News')
    await his.getByText('Nobody can reply here.').waitFor()
    await act(his, 'We have moved.', 'Report')
    await his.getByRole('combobox', { name: 'Reason' }).selectOption('CONFIDENTIAL')
    await his.getByRole('textbox', { name: 'A remark for the moderators' }).fill('Not public yet.')
    await his.getByRole('dialog').getByRole('button', { name: 'Report' }).click()
    await his.getByText('Reported to the moderators.').waitFor()
    const { moderationCases } = await owner.run(
      '{ moderationCases { nodes { reports { nodes { reason note } } } } }',
    )
    expect(moderationCases.nodes[0].reports.nodes).toEqual([
      { reason: 'CONFIDENTIAL', note: 'Not public yet.' },
    ])
  })
})
