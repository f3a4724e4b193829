import { describe, expect, it } from 'vitest'
import { registrableDomain } from '../../src/companies/spam-settings.ts'
import { linkedDomains } from '../../src/moderation/linked-domains.ts'

const blockedDomains = ['evil.test', 'evil.xyz', 'xn--bcher-kva.de', '192.0.2.7', 'shop.github.io']
const found = (text: string, redirectors: string[] = []) =>
  linkedDomains(text, { blockedDomains, redirectors })

describe('the blocked domains that a text links to', () => {
  it.each([
    ['with a scheme', 'see https://evil.test/path?x=1', 'evil.test'],
    ['without one', 'see evil.xyz.', 'evil.xyz'],
    ['below the domain', 'http://a.b.www.evil.test', 'evil.test'],
    ['in capitals', 'HTTPS://EVIL.TEST', 'evil.test'],
    ['with a port and a name', 'https://user@evil.test:8443/', 'evil.test'],
    ['in an e-mail address', 'write to me@evil.xyz', 'evil.xyz'],
    ['in its own letters', 'https://www.bücher.de/', 'xn--bcher-kva.de'],
    ['in ASCII', 'https://xn--bcher-kva.de/', 'xn--bcher-kva.de'],
    ['decomposed', 'https://bu\u0308cher.de/', 'xn--bcher-kva.de'],
    ['with wide letters and dots', 'https://ｅｖｉｌ．ｘｙｚ and https://evil。xyz', 'evil.xyz'],
    ['with an invisible character', 'https://ev\u200bil.test', 'evil.test'],
    ['with an escaped dot', 'https://evil%2Etest/', 'evil.test'],
    ['with one slash', 'https:/evil%2Etest', 'evil.test'],
    ['with other slashes', 'HTTP:\\\\\\evil%2Etest/x', 'evil.test'],
    ['with escaped letters', 'https://b%C3%BCcher.de/?%zz', 'xn--bcher-kva.de'],
    ['with an escaped wide dot and a port', 'https://a@evil%E3%80%82test:8443', 'evil.test'],
    ['without a dot between letters in the text', 'See: https://evil\u2024test', 'evil.test'],
    ['as an address of the network', 'http://192.0.2.7/x', '192.0.2.7'],
    ['below a host of many customers', 'https://shop.github.io/', 'shop.github.io'],
  ])('are found %s', (_how, text, domain) => {
    expect(found(text)).toEqual([domain])
  })

  it.each([
    ['another domain that ends alike', 'https://notevil.test'],
    ['the domain as a part of another', 'https://evil.test.example.com'],
    ['another customer of a host', 'https://other.github.io'],
    ['plain words', 'evil. test'],
    ['ends of sentences', 'It is evil.\nA test.'],
    ['a path', 'https://example.com/evil.test'],
  ])('do not include %s', (_what, text) => {
    expect(found(text)).toEqual([])
  })

  it('are found behind the redirectors that the company lists', () => {
    const link = `https://go.example.com/out?u=${encodeURIComponent('https://evil.test/x')}`
    expect(found(link)).toEqual([])
    expect(found(link, ['example.com'])).toEqual(['evil.test'])
    expect(found(`https://example.com/${link}`, ['example.com'])).toEqual(['evil.test'])
    expect(found('https://example.com/?u=%E0%A4%A', ['example.com'])).toEqual([])
  })

  it('are looked for in a text of 32 KiB within the time of a few others', () => {
    for (const piece of ['a.b ', 'a.', 'http://', 'x@', 'evil.test ', 'https://example.com/?u=']) {
      const text = piece.repeat(32_768 / piece.length)
      expect(found(text, ['example.com']).length).toBeLessThanOrEqual(1)
    }
  })
})

describe('the registrable domain', () => {
  it.each([
    ['https://www.Evil.co.uk/x', 'evil.co.uk'],
    ['Bücher.de', 'xn--bcher-kva.de'],
    ['127.0.0.1', '127.0.0.1'],
    ['co.uk', undefined],
    ['com', undefined],
    ['', undefined],
    ['a b', undefined],
  ])('of %j is %j', (text, domain) => {
    expect(registrableDomain(text)).toBe(domain)
  })
})
