import { describe, expect, it } from 'vitest'
import type { Truth } from './truth.ts'
import { judge, type Listener } from './verdict.ts'
import type { Acknowledged } from './writers.ts'

describe('the verdict on a run', () => {
  const company = { uuid: 'acme' }
  const alice = { uuid: 'alice' }
  const stored = (seq: number, conversationId = 'team') => ({
    id: `${conversationId} ${seq}`,
    companyUuid: 'acme',
    conversationId,
    seq,
    key: `${conversationId}/${seq}`,
  })
  const three = [stored(1), stored(2), stored(3)]

  function truthOf(messages = three, events = messages): Truth {
    return {
      messages,
      events: events.map(({ id, conversationId, companyUuid }) => ({
        companyUuid,
        conversationId,
        messageId: id,
      })),
      participants: new Set(['team alice']),
    }
  }

  const acknowledged = (messages = three): Acknowledged[] =>
    messages.map(({ id, key, conversationId, seq }) => ({ key, messageId: id, conversationId, seq }))

  const heardBy = (messages = three, conversationId: string | undefined = undefined): Listener => ({
    name: 'Alice',
    company,
    person: alice,
    conversationId,
    heard: messages.map(({ id, conversationId: target, seq }) => ({ id, conversationId: target, seq })),
  })

  const [one, two, last] = three as [(typeof three)[0], (typeof three)[0], (typeof three)[0]]
  const other = { ...stored(1, 'others'), companyUuid: 'globex' }

  it('is that nothing is wrong where everybody has what is stored', () => {
    const elsewhere = stored(1, 'elsewhere')
    const truth = truthOf([elsewhere, ...three])
    const sends = acknowledged([elsewhere, ...three])
    expect(judge(truth, sends, [heardBy(), heardBy(three, 'team')])).toEqual([])
  })

  it.each<[string, string[], RegExp]>([
    [
      'a gap in a sequence',
      judge(truthOf([one, last]), acknowledged([one, last]), []),
      /after seq 1 has seq 3/,
    ],
    ['a message without an event', judge(truthOf(three, [one, two]), acknowledged(), []), /1 missing/],
    [
      'events out of order',
      judge(truthOf(three, [two, one, last]), acknowledged(), []),
      /events of conversation/,
    ],
    [
      'an acknowledged send that is not stored',
      judge(truthOf([one, two]), acknowledged(), []),
      /stored 0 times/,
    ],
    [
      'a send that is stored twice',
      judge(truthOf([one, two, { ...last, key: two.key }]), acknowledged([one, two]), []),
      /stored 2 times/,
    ],
    [
      'a stored send that nobody knows of',
      judge(truthOf(), acknowledged([one, two]), []),
      /never acknowledged/,
    ],
    [
      'a send acknowledged with another sequence',
      judge(truthOf(), acknowledged([one, two, { ...last, seq: 4 }]), []),
      /was acknowledged as/,
    ],
    ['a message not heard', judge(truthOf(), acknowledged(), [heardBy([one, last])]), /1 missing, 0 doubled/],
    [
      'a message heard twice',
      judge(truthOf(), acknowledged(), [heardBy([one, two, two, last])]),
      /1 doubled/,
    ],
    [
      'messages heard out of order',
      judge(truthOf(), acknowledged(), [heardBy([two, one, last])]),
      /stands in place of/,
    ],
    [
      "another company's message heard",
      judge(truthOf([...three, other]), acknowledged([...three, other]), [heardBy([...three, other])]),
      /not its company's/,
    ],
    [
      "a stranger's message heard",
      judge(truthOf([...three, stored(1, 'private')]), acknowledged([...three, stored(1, 'private')]), [
        heardBy([...three, stored(1, 'private')]),
      ]),
      /4 of 3/,
    ],
  ])('names %s', (_fault, wrong, expected) => {
    expect(wrong.join('\n')).toMatch(expected)
  })
})
