import { createECDH } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { isPublicAddress, type Resolve } from '../../src/push/public-address.ts'
import { createPushService } from '../../src/push/push-service.ts'
import { vapidKeyOf } from '../../src/push/vapid-key.ts'

const browser = createECDH('prime256v1')
browser.generateKeys()
const keys = { p256dh: browser.getPublicKey('base64url'), auth: Buffer.alloc(16, 1).toString('base64url') }
const message = { payload: '{}', topic: 'topic' }

async function pushTo(endpoint: string, resolve: Resolve) {
  const key = vapidKeyOf(Buffer.alloc(32, 1).toString('base64url'))
  const service = createPushService({ key, subject: 'mailto:a@example.test', resolve })
  return service.push({ endpoint, ...keys }, message, AbortSignal.timeout(10_000))
}

it('addresses of machines, networks, links and other reserved ranges are not public', () => {
  const reserved = [
    ...[
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '0.0.0.0',
      '100.64.0.1',
      '224.0.0.1',
    ],
    ...[
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      'ff02::1',
      'x',
    ],
  ]
  expect(reserved.filter(isPublicAddress)).toEqual([])
  expect(['93.184.215.14', '2606:4700::1111'].every(isPublicAddress)).toBe(true)
})

it('a name that has any private address is connected to at none, and one that changes its address meanwhile neither', async () => {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const answers = [
    [
      { address: '93.184.215.14', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
    [{ address: '127.0.0.1', family: 4 }],
  ]
  let looked = 0
  const rebinding: Resolve = (_name, done) => done(null, answers[looked++] ?? [])
  for (const endpoint of [
    `https://push.example:${port}/x`,
    `https://push.example:${port}/x`,
    `https://127.0.0.1:${port}/x`,
  ])
    expect(await pushTo(endpoint, rebinding)).toMatchObject({
      outcome: 'FAILED',
      reason: expect.stringContaining('not public'),
    })
  expect({ looked, connections }).toEqual({ looked: 2, connections: 0 })
  server.close()
})
