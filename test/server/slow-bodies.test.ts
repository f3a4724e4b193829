import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { endSlowBodies } from '../../src/http/slow-bodies.ts'

let close = () => {}
afterEach(() => close())

/** Sends the beginning of a body, and gives what comes back until the connection ends. */
async function sendSlowly(path: string): Promise<{ answer(): string; isOpen(): boolean; finish(): void }> {
  const http = createServer((request, response) => {
    request.resume().on('end', () => response.end('done'))
  })
  endSlowBodies(http, { maxMs: 50, everyMs: 20, isPatient: ({ url }) => url === '/patient' })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1')
  close = () => {
    socket.destroy()
    http.close()
  }
  let answer = ''
  let isOpen = true
  socket.on('data', (bytes) => {
    answer += bytes
  })
  socket.on('close', () => {
    isOpen = false
  })
  socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na`)
  return { answer: () => answer, isOpen: () => isOpen, finish: () => void socket.write('b') }
}

it('a body that comes too slowly is answered with 408, and its connection ends', async () => {
  const sent = await sendSlowly('/')
  await expect.poll(() => sent.isOpen()).toBe(false)
  expect(sent.answer()).toMatch(/^HTTP\/1\.1 408 /)
})

it('a body that may be slow is waited for', async () => {
  const sent = await sendSlowly('/patient')
  const other = performance.now() + 200
  await expect.poll(() => performance.now() > other).toBe(true)
  expect(sent.isOpen()).toBe(true)
  sent.finish()
  await expect.poll(() => sent.answer()).toContain('200 OK')
})
