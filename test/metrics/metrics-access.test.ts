import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createServer as createColloquy, type Server } from '../../src/server.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { isOfItself } from '../support/statements.ts'

const TOKEN = 'a-token-of-32-characters-0123456'
const COUNTS = 'colloquy_jobs_due'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A server of the same application that gives its metrics out in this way. */
async function serve(metrics: { port?: number; token?: string; freshMs?: number }, host = '127.0.0.1') {
  const { services, redis } = app.application
  const server: Server = createColloquy({
    services,
    redis,
    demoUsers: null,
    webSockets: { limits: app.environment.sockets },
    metrics,
  })
  const url = await server.listen(0, host)
  return { url, [Symbol.asyncDispose]: () => server.close() }
}

/** Fetch does not let a Host header through. */
function read(url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; body: string; challenge: string | undefined }>((resolve, reject) => {
    const call = request(`${url}/metrics`, { headers, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          challenge: response.headers['www-authenticate'],
        }),
      )
    })
    call.on('error', reject)
    call.end()
  })
}

describe('without a port and a token', () => {
  it('metrics are given to this machine', async () => {
    await using server = await serve({})
    for (const host of ['127.0.0.1:4000', 'localhost', '[::1]:4000']) {
      expect(await read(server.url, { host })).toMatchObject({
        status: 200,
        body: expect.stringContaining(COUNTS),
      })
    }
  })

  it.each([
    { 'x-forwarded-for': '203.0.113.9' },
    { 'x-forwarded-for': '127.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-forwarded-port': '443' },
    { 'cf-connecting-ip': '203.0.113.9' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
    { host: 'chat.example.com' },
    { host: '127.0.0.1.example.com' },
  ])('metrics are not given to what a proxy or a foreign name led here: %j', async (headers) => {
    await using server = await serve({})
    const { status, body } = await read(server.url, headers as Record<string, string>)
    expect(status).toBe(403)
    expect(body).toContain('METRICS_TOKEN')
    expect(body).not.toContain('colloquy_')
    expect(body).not.toContain(process.version)
  })

  it('metrics are not given to another address, also where the server listens everywhere', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const outward = addresses.find(({ internal, family }) => !internal && family === 'IPv4')
    await using server = await serve({}, '0.0.0.0')
    const { port } = new URL(server.url)
    expect((await read(`http://127.0.0.1:${port}`)).status).toBe(200)
    if (outward) expect((await read(`http://${outward.address}:${port}`)).status).toBe(403)
  })
})

describe('with a token', () => {
  it.each([
    ['none', undefined],
    ['another', `Bearer ${TOKEN}x`],
    ['a part of it', `Bearer ${TOKEN.slice(0, -1)}`],
    ['it without its scheme', TOKEN],
    ['it as a password', `Basic ${TOKEN}`],
  ])('metrics need it from this machine, too: %s is refused', async (_name, authorization) => {
    await using server = await serve({ token: TOKEN })
    expect(await read(server.url, authorization ? { authorization } : {})).toMatchObject({
      status: 401,
      challenge: 'Bearer',
      body: expect.not.stringContaining('colloquy_'),
    })
  })

  it('metrics are given from anywhere', async () => {
    await using server = await serve({ token: TOKEN })
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9', host: 'a.example' }
    expect(await read(server.url, headers)).toMatchObject({
      status: 200,
      body: expect.stringContaining(COUNTS),
    })
  })
})

describe('with a port of their own', () => {
  it('metrics are given there alone, and nothing else is', async () => {
    const port = await freePort()
    await using server = await serve({ port })
    const own = `http://127.0.0.1:${port}`
    expect((await read(own, { host: 'metrics.internal' })).body).toContain(COUNTS)
    expect((await read(server.url)).status).toBe(404)
    expect((await fetch(`${own}/graphql`)).status).toBe(404)
  })

  it('metrics need the token as well where there is one', async () => {
    const port = await freePort()
    await using server = await serve({ port, token: TOKEN })
    const own = `http://127.0.0.1:${port}`
    expect((await read(own)).status).toBe(401)
    expect((await read(own, { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
    expect((await read(server.url, { authorization: `Bearer ${TOKEN}` })).status).toBe(404)
  })
})

it('however many read, the queue is counted once a second, on a connection of its own', async () => {
  await using server = await serve({})
  const { database } = app.application.services
  const measuring = vi.spyOn(database, 'measuring')
  const others = [vi.spyOn(database, 'acrossCompanies'), vi.spyOn(database, 'unbound')]
  await Promise.all(Array.from({ length: 50 }, () => read(server.url)))
  expect(measuring.mock.calls.length).toBeGreaterThan(0)
  expect(measuring.mock.calls.length).toBeLessThan(10)
  const askedFor = others.flatMap(({ mock }) => mock.calls.map(([{ name }]) => name))
  expect(askedFor.filter((name) => !isOfItself(name))).toEqual([])
  vi.restoreAllMocks()
})
