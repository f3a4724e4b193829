import { describe, expect, it } from 'vitest'
import { findLinks } from '../../web/timeline/links.ts'

describe('the links in a message', () => {
  it.each([
    ['See https://example.com/a?b=1#c, please.', ['https://example.com/a?b=1#c']],
    ['(https://example.com/wiki/Foo_(bar))', ['https://example.com/wiki/Foo_(bar)']],
    ['www.example.com! and example.org/x.', ['www.example.com', 'example.org/x']],
    ['HTTP://EXAMPLE.COM:8080/', ['HTTP://EXAMPLE.COM:8080/']],
    ['Über https://müller.de/straße…', ['https://müller.de/straße']],
    ['انظر https://example.com؟', ['https://example.com']],
    ['見て「https://example.com」。', ['https://example.com']],
    ['mailto:a@example.com', ['mailto:a@example.com']],
    ['a@example.com, file.ts, 1.5.com2 and v2.io-x', []],
    ['javascript:alert(1) data:text/html,x file:///etc/passwd //example', []],
    ['https://', []],
    ['xhttps://example.com', []],
  ])('are found in %s', (body, wanted) => {
    const found = findLinks(body)
    expect(found.map(({ text }) => text)).toEqual(wanted)
    expect(found.map(({ index, lastIndex }) => body.slice(index, lastIndex))).toEqual(wanted)
    for (const { url } of found) expect(new URL(url).protocol).toMatch(/^(https?|mailto):$/)
  })

  it('are looked for in words without end as well, which takes no time to speak of', () => {
    // Looking again from each character would take minutes, and the test would time out.
    for (const word of ['a', 'a.', '-', '(', 'www.', 'com.', 'http:', 'https://)']) {
      expect(findLinks(word.repeat(20_000)).length).toBeLessThan(2)
    }
    for (const tail of [')', ']', '.', '()', '.)'])
      expect(findLinks(`https://a.example/${tail.repeat(20_000)}`).length).toBe(1)
  })
})
