import { describe, expect, it } from 'vitest'
import { languageOf } from '../../src/web-pages/words.ts'

describe('the language of a page', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de-CH', 'de'],
    ['fr;q=0.8, de;q=0.9, en;q=0.1', 'de'],
    ['es, fr;q=0.5', 'fr'],
    ['de;q=0, en', 'en'],
    ['constructor, __proto__;q=x', 'en'],
  ])('is for a browser that accepts %s: %s', (header, language) => {
    expect(languageOf(header)).toBe(language)
  })
})
