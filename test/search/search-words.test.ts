import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { search } from './searching.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a long message', () => {
  it.each([
    ['of different words', (n: number) => `w${n.toString(36)} `],
    ['of words joined by dots', (n: number) => `w${n.toString(36)}.`],
    ['of Chinese', (n: number) => String.fromCodePoint(0x4e00 + (n % 20_000))],
    [
      'of Thai words without spaces',
      (n: number) => `${String.fromCodePoint(0xe01 + (n % 46), 0xe01 + ((n * 7) % 46))}`,
    ],
  ])('%s is found by its end', async (_name, unit) => {
    let body = ''
    for (let n = 0; Buffer.byteLength(body) < 32_600; n += 1) body += unit(n)
    await acme.alice.say({ recipientId: acme.bob.userId }, `${body} theveryend 終末印`)
    expect(await search(acme.bob, 'theveryend')).toHaveLength(1)
    expect(await search(acme.bob, '終末印')).toHaveLength(1)
    expect(await search(acme.bob, '"theveryend 終末印"')).toHaveLength(1)
    await acme.alice.mutate('retractMessage', { messageId: await newest() })
    expect(await search(acme.bob, 'theveryend')).toHaveLength(0)
  })

  async function newest(): Promise<string> {
    const found = await acme.bob.run('{ searchMessages(text: "theveryend") { edges { node { id } } } }')
    return found.searchMessages.edges[0].node.id
  }
})

describe('a word', () => {
  it.each([
    ["The doctor's office", ['doctor', "doctor's", 'doctor’s', '"doctor’s office"'], ['doctors']],
    ["l'entreprise", ['entreprise', "l'entreprise", 'L’ENTREPRISE'], ['entrepris']],
    [
      'see invoice.pdf',
      ['invoice', 'pdf', 'invoice.pdf', '"see invoice.pdf"'],
      ['invoice_pdf', 'invoice:pdf'],
    ],
    ['das ist _wichtig_!', ['wichtig', '_wichtig_'], []],
    ['Kunde:Meier', ['Meier', 'kunde', 'kunde:meier', '"kunde meier"'], ['meier:kunde']],
    ['see:report.final.pdf', ['report.final', 'final.pdf', 'report.final.pdf', 'see:report'], ['report.pdf']],
    ['at 192.168.1.10 and 10.1.192.168', ['192.168.1.10', '10.1.192.168'], ['192.168.1.10.1', '1.192.168.1']],
    ['costs 1,000.50 in all', ['1,000.50', '1,000'], ['1,500']],
    ['col·lecció', ['col·lecció', 'lecció'], []],
    ['O´Brien met D`Arcy', ["o'brien", 'O’Brien', "d'arcy", 'd´arcy', 'arcy'], []],
    ['كِتَابُ أحمد إلى آخر ٱلْقُرْآن', ['احمد', 'أحمد', 'الى', 'إلي', 'اخر', 'القران', 'القرآن'], ['حمد']],
    ['مدرسة یک', ['مدرسه', 'مدرسة', 'يك', 'یک'], []],
    [
      '내일 회의는 한국어로 합니다',
      ['회의', '회의는', '한국어', '한국', '"내일 회의"', '합니다 회의'],
      ['회한', '의회'],
    ],
    ['thumbs👍🏽up', ['👍', '👍🏿', '👍🏽', 'thumbs up'], ['🏽👎']],
    ['Jean‑Luc‐Marie', ['jean-luc-marie', 'Jean‑Luc'], []],
    ['in\u200evis\u2063ible \u202eright', ['invisible', 'right', 'in\u061cvisible'], []],
    ['ısırgan œuvre straße Łódź', ['isirgan', 'ISIRGAN', 'oeuvre', 'strasse', 'lodz'], []],
    ['כָּתַב תִּקּוּן', ['תקון', 'כתב'], []],
    ['كَتَبَ الـدرس', ['كتب', 'الدرس'], []],
    ['חייל צה"ל וגם רמטכ״ל', ['צה"ל', 'צה״ל', 'רמטכ"ל', 'צה"ל רמטכ"ל', '"חייל צה"ל"'], ['"רמטכ"ל חייל"']],
    ['一个中\n文词', ['中文', '中文词'], []],
  ])('of %j is found by what people type', async (body, found, missed) => {
    await acme.alice.say({ recipientId: acme.bob.userId }, body)
    for (const text of found) expect(await search(acme.bob, text), text).toContain(body)
    for (const text of missed) expect(await search(acme.bob, text), text).not.toContain(body)
  })

  it('in a title is found the same way', async () => {
    for (const [title, text] of [
      ['\u200eŁódź\u200f', 'lodz'],
      ['כָּתַב', 'כתב'],
      ['Œuvre', 'oeuvre'],
      ['ISI', 'ısı'],
      ['L’Équipe', "l'equipe"],
      ["L'Atelier", 'l’atelier'],
      ['O´Brien', "o'brien"],
      ['Jean‑Luc', 'jean-luc'],
      ['مدرسة أحمد', 'مدرسه احمد'],
    ]) {
      const groupId = await acme.alice.group(title ?? '')
      const { groups } = await acme.alice.run(
        'query ($text: String!) { groups(search: $text) { edges { node { id } } } }',
        { text },
      )
      expect(groups.edges.map(({ node }: { node: { id: string } }) => node.id)).toContain(groupId)
    }
  })

  it('in a name is found however it is typed, and names of Japan and Korea without the space', async () => {
    const names = ['Œdipe Cœur', 'Ægir Bjørn', '山田 太郎', '김 철수']
    await acme.alice.mutate('syncMembers', {
      members: names.map((name, n) => ({ externalId: `n${n}`, name })),
    })
    for (const [text, name] of [
      ['oedipe', names[0]],
      ['cœur', names[0]],
      ['aegir', names[1]],
      ['bjorn', names[1]],
      ['山田太郎', names[2]],
      ['山田 太', names[2]],
      ['김철수', names[3]],
    ]) {
      const { users } = await acme.alice.run(
        'query ($text: String!) { users(search: $text) { edges { node { name } } } }',
        { text },
      )
      expect(users.edges.map(({ node }: { node: { name: string } }) => node.name)).toContain(name)
    }
  })
})
