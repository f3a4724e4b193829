import { describe, expect, it } from 'vitest'
import { act, chromium, demoSite, openConversation, write } from './demo-site.ts'
import { stepsOf, walk } from './walk.ts'

const path = '/demo/messages'
const MESSAGES = 330
const AT_ONCE = 6

describe.skipIf(!chromium)('the messenger in a page', () => {
  const site = demoSite()

  it('answers, mentions, changes and takes back messages, and the other person sees it', async () => {
    const { alice, bob } = await site().demo.app.company('Change', { alice: 'member', bob: 'member' })
    await bob.say({ conversationId: await bob.group('Plans', [alice]) }, 'Shall we begin?')
    const [{ page: hers }, { page: his }] = [
      await site().visitAs(alice, { path }),
      await site().visitAs(bob, { path }),
    ]
    await openConversation(hers, 'Plans')
    await openConversation(his, 'Plans')
    const question = hers.locator('article', { hasText: 'Shall we begin?' })
    await question.hover()
    await question.getByRole('button', { name: 'React', exact: true }).click()
    await hers.getByRole('button', { name: 'React with 🎉' }).click()
    await his.getByRole('button', { name: '🎉, 1' }).waitFor()
    await question.getByRole('button', { name: 'Reply' }).click()
    await hers.getByRole('button', { name: 'Subject and priority' }).click()
    await hers.getByRole('textbox', { name: 'Subject' }).fill('The answer')
    await hers.getByRole('combobox', { name: 'Priority' }).selectOption('URGENT')
    const box = hers.getByRole('textbox', { name: 'Write a message' })
    await box.pressSequentially('Yes @bo')
    await hers.getByRole('option', { name: /Bob Change/ }).waitFor()
    await box.press('Enter')
    await box.pressSequentially('at once')
    await box.press('Enter')
    const answer = his.locator('article', { hasText: 'at once' })
    await answer.locator('.quote', { hasText: 'Shall we begin?' }).waitFor()
    await answer.getByText('The answer').waitFor()
    await answer.getByText('Urgent').waitFor()
    await answer.locator('.mention.me', { hasText: '@Bob Change' }).waitFor()
    await act(hers, 'at once', 'Edit')
    await box.fill('Yes, tomorrow')
    await box.press('Enter')
    await his.locator('article', { hasText: 'Yes, tomorrow' }).getByText('edited').waitFor()
    await act(hers, 'Yes, tomorrow', 'Delete for everybody')
    await hers.getByRole('dialog').getByRole('button', { name: 'Delete for everybody' }).click()
    await his.getByRole('feed').getByText('This message was deleted.').waitFor()
    await act(hers, 'Shall we begin?', 'Delete for me')
    await question.waitFor({ state: 'detached' })
    await his.locator('article', { hasText: 'Shall we begin?' }).waitFor()
  })

  it('filters and searches the inbox, and finds messages by their words', async () => {
    const { alice, bob, carol } = await site().demo.app.company('Find', {
      alice: 'member',
      bob: 'member',
      carol: 'member',
    })
    await bob.say({ recipientId: alice.userId }, 'The harbour is closed.')
    const group = await carol.group('Ångström', [alice])
    await carol.say({ conversationId: group }, 'Nothing new here.')
    const { page } = await site().visitAs(alice, { path })
    const titles = () => page.locator('.item-title').allTextContents()
    await expect.poll(titles).toEqual(['Ångström', 'Bob Find'])
    await page.getByRole('button', { name: 'Direct' }).click()
    await expect.poll(titles).toEqual(['Bob Find'])
    await page.getByRole('button', { name: 'All' }).click()
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('angstrom')
    await expect.poll(titles).toEqual(['Ångström'])
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('')
    await page.getByRole('button', { name: 'Search messages' }).click()
    await page.getByRole('searchbox', { name: 'Search messages' }).fill('HARBOUR')
    await page.locator('.hit', { hasText: 'The harbour is closed' }).click()
    await page.locator('article.found', { hasText: 'The harbour is closed.' }).waitFor()
  })

  it('changes the people of a group, its name and their roles', async () => {
    const { alice, bob, carol } = await site().demo.app.company('Group', {
      alice: 'member',
      bob: 'member',
      carol: 'member',
    })
    const id = await alice.group('Team', [bob])
    await alice.say({ conversationId: id }, 'Welcome.')
    const { page } = await site().visitAs(alice, { path })
    const { page: hers } = await site().visitAs(carol, { path })
    await openConversation(page, 'Team')
    await page.locator('.main .head').getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Details' }).click()
    await page.getByRole('button', { name: 'Add people' }).click()
    await page.getByRole('combobox', { name: 'Search people by name' }).fill('carol')
    await page.getByRole('option', { name: /Carol Group/ }).click()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await openConversation(hers, 'Team')
    await page.getByRole('button', { name: 'More actions: Carol Group' }).click()
    await page.getByRole('menuitem', { name: 'Make admin' }).click()
    await page.locator('.person', { hasText: 'Carol Group' }).getByText('Admin').waitFor()
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('Crew')
    await page.getByRole('button', { name: 'Rename' }).click()
    await hers.getByRole('heading', { name: 'Crew' }).waitFor()
    await page.getByRole('button', { name: 'More actions: Carol Group' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await hers.getByText('You are no longer in this conversation').waitFor()
    await page.getByRole('button', { name: 'Leave group' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click()
    await page.locator('.item-title', { hasText: 'Crew' }).waitFor({ state: 'detached' })
  })

  it(`scrolls both ways through ${MESSAGES} messages without a jump, and holds few of them`, {
    timeout: 90_000,
  }, async () => {
    const { alice, bob } = await site().demo.app.company('Long', { alice: 'member', bob: 'member' })
    const conversationId = await bob.group('History', [alice])
    for (let at = 0; at < MESSAGES; at += AT_ONCE) {
      const lines = Array.from(
        { length: AT_ONCE },
        (_, more) => `Line ${'of some words '.repeat((at + more) % 40)}`,
      )
      await Promise.all(lines.map((line) => bob.say({ conversationId }, line)))
    }
    await alice.mutate('markRead', { conversationId, upToSeq: 60 })
    const { page } = await site().visitAs(alice, { path })
    await openConversation(page, 'History')
    // It opens at the first unread message, far from the end.
    await page.locator('.unread-line').waitFor()
    await page.locator('[data-seq="61"]').waitFor()
    const up = await walk(page, { steps: stepsOf(-1500, 600), last: MESSAGES })
    expect(up.range[0]).toBe(1)
    const down = await walk(page, { steps: stepsOf(1500, 600), last: MESSAGES })
    expect(down).toMatchObject({ seen: MESSAGES, disorders: 0 })
    expect(down.range[1]).toBe(MESSAGES)
    expect(Math.max(up.most, down.most)).toBeLessThanOrEqual(300)
    expect(Math.max(up.drift, down.drift)).toBeLessThanOrEqual(1)
    await walk(page, { steps: stepsOf(-1500, 2), last: MESSAGES })
    await page.getByRole('button', { name: 'Jump to the latest message' }).click()
    await page.locator(`[data-seq="${MESSAGES}"]`).waitFor()
    await write(page, 'At the end.')
    await page.locator('article', { hasText: 'At the end.' }).getByText('Sent').waitFor()
  })
})
