import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoLink } from '../../src/graphiql/demo-link.ts'
import { isFromThisMachine, proxyHeaders } from '../../src/http/this-machine.ts'
import { demoUsers } from '../../src/seed/demo-data.ts'
import { createServer } from '../../src/server.ts'
import { type DemoServer, startDemoServer } from './demo-server.ts'

describe('the GraphiQL page', () => {
  let demo: DemoServer
  beforeAll(async () => {
    demo = await startDemoServer()
  })
  afterAll(() => demo?.[Symbol.asyncDispose]())

  const get = (address: string, headers: Record<string, string> = {}) =>
    fetch(address, { headers: { accept: 'text/html', ...headers } })

  it("runs scripts of this server alone, in nobody's frame, and is kept nowhere", async () => {
    const { headers } = await get(`${demo.url}/graphql`)
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('loads files that a browser may keep for good', async () => {
    const page = await (await get(`${demo.url}/graphql`)).text()
    const [script = ''] = page.match(/\/graphql\/graphiql\/start\.js\?[\w-]+/) ?? []
    const { status, headers } = await get(demo.url + script)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('immutable')
    expect((await get(`${demo.url}/graphql/graphiql/other.js`)).status).toBe(404)
  })

  it('shows its tokens to no script of another site', async () => {
    expect(await (await get(`${demo.url}/graphql`)).text()).toContain('Bearer eyJ')
    const foreign = await get(`${demo.url}/graphql`, { origin: 'https://evil.test' })
    expect(await foreign.text()).not.toContain('eyJ')
  })

  it('shows its tokens to a loopback name alone, so that no page elsewhere can point its own name here', async () => {
    const { port } = new URL(demo.url)
    const own = [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      'LOCALHOST',
      'acme.localhost',
      '127.9.9.9',
      `[::1]:${port}`,
    ]
    for (const host of own)
      expect({ host, tokens: await tokensFor({ host }) }).toEqual({ host, tokens: true })
    const foreign = [
      'evil.test',
      `evil.test:${port}`,
      'localhost.evil.test',
      '127.0.0.1.nip.io',
      'notlocalhost',
      '0.0.0.0',
      '192.168.1.7:4000',
      '[::2]',
      '127.0.0.1@evil.test',
      'evil.test/127.0.0.1',
      '128.0.0.1',
    ]
    for (const host of foreign)
      expect({ host, tokens: await tokensFor({ host }) }).toEqual({ host, tokens: false })
    for (const header of proxyHeaders) {
      expect({ header, tokens: await tokensFor({ host: 'localhost', [header]: '203.0.113.7' }) }).toEqual({
        header,
        tokens: false,
      })
    }
  })

  it('shows its tokens to one visitor from elsewhere who has the link', async () => {
    const { services, redis } = demo.app.application
    const demoLink = createDemoLink()
    const open = createServer({
      services,
      redis,
      demoUsers: () => demoUsers(demo.app.issuer),
      demoLink,
      webSockets: { limits: demo.app.environment.sockets },
    })
    const at = await open.listen(0, '0.0.0.0')
    const { port } = new URL(at)
    const visit = (search: string) => tokensFor({ host: 'chat.lan' }, `/graphql${search}`, Number(port))
    for (const search of ['', '?demo=', '?demo=x', `?demo=${'x'.repeat(24)}`])
      expect(await visit(search)).toBe(false)
    expect(await visit(`?${demoLink.query}`)).toBe(true)
    expect(await visit(`?${demoLink.query}`)).toBe(false)
    expect(createDemoLink().query).not.toBe(demoLink.query)
    await open.close()
  })

  it('takes an address of another machine for none of its own', () => {
    const headers = (name: string) => (name === 'host' ? 'localhost' : undefined)
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      expect(isFromThisMachine(address, headers)).toBe(true)
    for (const address of ['10.0.0.7', '::ffff:10.0.0.7', 'fe80::1', '', undefined]) {
      expect(isFromThisMachine(address, headers)).toBe(false)
    }
    expect(isFromThisMachine('127.0.0.1', () => undefined)).toBe(false)
  })

  /** fetch lets nobody choose the Host. */
  async function tokensFor(
    headers: Record<string, string>,
    path = '/graphql',
    port = Number(new URL(demo.url).port),
  ): Promise<boolean> {
    const request = httpGet({ host: '127.0.0.1', port, path, headers: { accept: 'text/html', ...headers } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return (await text(response)).includes('eyJ')
  }

  it('is not there where GraphiQL is off', async () => {
    const { services, redis } = demo.app.application
    const closed = createServer({
      services,
      redis,
      demoUsers: null,
      webSockets: { limits: demo.app.environment.sockets },
    })
    const at = await closed.listen(0, '127.0.0.1')
    expect((await get(`${at}/graphql`)).ok).toBe(false)
    expect((await get(`${at}/graphql/graphiql/start.js`)).status).toBe(404)
    await closed.close()
  })
})
