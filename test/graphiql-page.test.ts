import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer } from '../src/server.ts'
import { type DemoServer, startDemoServer } from './support/demo-server.ts'

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
    const [script = ''] = page.match(/\/graphql\/explorer\/start\.js\?[\w-]+/) ?? []
    const { status, headers } = await get(demo.url + script)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('immutable')
    expect((await get(`${demo.url}/graphql/explorer/other.js`)).status).toBe(404)
  })

  it('shows its tokens to no script of another site', async () => {
    expect(await (await get(`${demo.url}/graphql`)).text()).toContain('Bearer eyJ')
    const foreign = await get(`${demo.url}/graphql`, { origin: 'https://evil.test' })
    expect(await foreign.text()).not.toContain('eyJ')
  })

  it('is not there where GraphiQL is off', async () => {
    const { parts, redis } = demo.app.application
    const closed = createServer({
      parts,
      redis,
      demoUsers: null,
      webSockets: { limits: demo.app.environment.sockets },
    })
    const at = await closed.listen(0, '127.0.0.1')
    expect((await get(`${at}/graphql`)).ok).toBe(false)
    expect((await get(`${at}/graphql/explorer/start.js`)).status).toBe(404)
    await closed.close()
  })
})
