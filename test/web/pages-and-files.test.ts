import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer } from '../../src/server.ts'
import { type DemoServer, startDemoServer } from '../graphiql/demo-server.ts'

describe('the files and pages for browsers', () => {
  let demo: DemoServer
  beforeAll(async () => {
    const { write } = (await import('../../web/build.mjs' as string)) as { write(): Promise<void> }
    await write()
    demo = await startDemoServer()
  })
  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
  })

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${demo.url}${path}`, { headers, redirect: 'manual' })

  it('gives pages of every origin the loader, which is asked for again after five minutes', async () => {
    const response = await get('/ui/colloquy.js', { origin: 'https://erp.example.com' })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
    })
    const etag = response.headers.get('etag') ?? ''
    expect((await get('/ui/colloquy.js', { 'if-none-match': etag })).status).toBe(304)
  })

  it('gives the parts of the elements for ever, compressed as they were built', async () => {
    const loader = await (await get('/ui/colloquy.js')).text()
    const [part = ''] = /[\w-]+-[A-Z0-9]{8}\.js/.exec(loader) ?? []
    const plain = await raw(`/ui/${part}`, {})
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const br = await raw(`/ui/${part}`, { 'accept-encoding': 'gzip, br' })
    expect(br.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(br.body)).toEqual(plain.body)
    const gzip = await raw(`/ui/${part}`, { 'accept-encoding': 'gzip' })
    expect(gunzipSync(gzip.body)).toEqual(plain.body)
  })

  it.each([
    '/ui/',
    '/ui/missing.js',
    '/ui/../package.json',
    '/ui/%2e%2e/main.js',
    '/ui/colloquy.js.br',
    '/ui/..%5cmain.js',
  ])('has nothing at %s', async (path) => {
    expect((await raw(path, {})).status).toBe(404)
  })

  it('signs in as a demo person for pages of its own on this machine alone', async () => {
    const token = (headers: Record<string, string>) => raw('/demo/token', headers)
    expect(JSON.parse((await token({ 'sec-fetch-site': 'same-origin' })).body.toString())).toEqual({
      token: expect.stringMatching(/^eyJ/),
    })
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { host: 'evil.test' },
      { host: 'localhost', 'x-forwarded-for': '203.0.113.7' },
    ] as Record<string, string>[]) {
      const { status, body } = await token(headers)
      expect([status, body.includes('eyJ')]).toEqual([403, false])
    }
    expect((await raw('/demo', { host: 'evil.test' })).status).toBe(403)
  })

  it('switches the person by a form of its own pages alone', async () => {
    const post = (headers: Record<string, string>, body = 'person=1&path=/demo/invoices') =>
      fetch(`${demo.url}/demo/person`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      })
    const switched = await post({ origin: demo.url })
    expect([switched.status, switched.headers.get('location')]).toEqual([303, '/demo/invoices'])
    const cookie = switched.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(await (await get('/demo', { cookie })).text()).toContain('Good to see you, Bob Baker')
    expect((await post({ origin: 'https://evil.test' })).status).toBe(405)
    expect((await post({})).status).toBe(405)
    expect((await post({ origin: demo.url }, `person=1&path=//evil.test`)).headers.get('location')).toBe(
      '/demo',
    )
    expect((await post({ origin: demo.url }, 'x'.repeat(2_000))).status).toBe(413)
  })

  it('has no demonstration where GraphiQL is off', async () => {
    const { services, redis } = demo.app.application
    const webSockets = { limits: demo.app.environment.sockets }
    const closed = createServer({ services, redis, demoUsers: null, webSockets })
    const at = await closed.listen(0, '127.0.0.1')
    for (const path of ['/demo', '/demo/token']) {
      expect(await (await fetch(`${at}${path}`)).text()).not.toMatch(/eyJ|Northwind/)
    }
    await closed.close()
  })

  /** fetch lets nobody choose the Host, and decompresses. */
  async function raw(path: string, headers: Record<string, string>) {
    const { port } = new URL(demo.url)
    const request = httpGet({ host: '127.0.0.1', port, path, headers })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
  }
})
