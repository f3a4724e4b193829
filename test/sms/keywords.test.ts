import { describe, expect, it } from 'vitest'
import { readKeyword } from '../../src/sms/keywords.ts'

describe('a keyword', () => {
  it.each([
    'STOP',
    'stop',
    ' Stop. ',
    'ＳＴＯＰ．',
    '"STOP"',
    'stopall',
    'Stop All',
    'UNSUBSCRIBE',
    'End',
    'quit!',
    'CANCEL',
    'revoke',
    'opt out',
    'OPT-OUT',
    'ｏｐｔｏｕｔ',
  ])('STOP is meant by %j', (body) => {
    expect(readKeyword(body)).toBe('STOP')
  })

  it.each([
    ['start', 'START'],
    ['UNSTOP', 'START'],
    ['Yes!', 'YES'],
    ['ＨＥＬＰ', 'HELP'],
    ['info?', 'HELP'],
  ])('%j means %s', (body, word) => {
    expect(readKeyword(body)).toBe(word)
  })

  it.each([
    'Please stop',
    'stop texting me',
    "don't text me again",
    'take me off your list',
    'take my number off',
    'no more messages',
    'I want to unsubscribe from this',
    'STOP it already',
  ])('is to be judged by a person in %j', (body) => {
    expect(readKeyword(body)).toBe('REVIEW')
  })

  it.each([
    '',
    '.',
    '😀',
    'Where do I get off?',
    'yes please',
    'help me with the door',
    'I will end it at ten',
    'We startle',
    'unstoppable',
  ])('is not in %j', (body) => {
    expect(readKeyword(body)).toBeUndefined()
  })

  it('may be a word of the company', () => {
    expect(readKeyword('Arrêt!', ['ARRET', 'stopp'])).toBe('STOP')
    expect(readKeyword('arret maintenant', ['ARRET'])).toBeUndefined()
  })
})
