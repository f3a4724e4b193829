import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { startApp } from '../support/app.ts'
import { startTokenIssuer } from '../support/token-issuer.ts'

describe('the key directory in production', () => {
  let folder: string
  let secret: string
  let issuer: Awaited<ReturnType<typeof startTokenIssuer>>
  beforeEach(async () => {
    issuer = await startTokenIssuer()
    folder = join(await mkdtemp(join(tmpdir(), 'colloquy-private-')), 'keys')
    secret = join(folder, 'b1a7e0d4-0f5e-4c0e-9d4c-3f1f4f6f7a10.key')
    await mkdir(folder, { mode: 0o700 })
    await writeFile(secret, `${'ab'.repeat(32)}\n`, { mode: 0o600 })
  })
  afterEach(async () => {
    await issuer[Symbol.asyncDispose]()
    await rm(join(folder, '..'), { recursive: true })
  })

  const start = (production: boolean) =>
    startApp({
      environment: {
        production,
        keyDirectory: folder,
        identity: readEnvironment({
          OIDC_ISSUER: issuer.name,
          OIDC_AUDIENCE: 'colloquy',
          OIDC_JWKS_URL: issuer.jwksUrl.href,
        }).identity,
      },
    })

  it.each([0o755, 0o750, 0o701, 0o770])('keeps the server from starting with mode %o', async (mode) => {
    await chmod(folder, mode)
    await expect(start(true)).rejects.toThrow(
      `The key folder ${folder} is open to other users: chmod 700 it.`,
    )
  })

  it.each([0o644, 0o640, 0o604, 0o620, 0o660])(
    'keeps the server from starting with a file of mode %o',
    async (mode) => {
      await chmod(secret, mode)
      await expect(start(true)).rejects.toThrow(`${secret} is open to other users: chmod 600 everything`)
    },
  )

  it.each([0o600, 0o400])('lets the server start with files of mode %o', async (mode) => {
    await chmod(secret, mode)
    await using app = await start(true)
    expect((await fetch(new URL('/health', app.url))).status).toBeLessThan(500)
  })

  it('lets a server start outside of production', async () => {
    await chmod(folder, 0o755)
    await using app = await start(false)
    expect(app.url).toMatch(/^http/)
  })
})
