import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KeysDestroyedError, KeyUnavailableError } from '../../src/encryption/errors.ts'
import type { KeyProvider } from '../../src/encryption/key-provider.ts'
import { createKeyring } from '../../src/encryption/keyring.ts'
import { createLocalKeyProvider } from '../../src/encryption/local-key-provider.ts'
import { rotateDataKey, rotateSecret } from '../../src/encryption/rotate-keys.ts'
import { memoryStore } from '../support/data-keys.ts'

let directory: string
let provider: KeyProvider

beforeAll(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'colloquy-keys-')), 'keys')
  provider = createLocalKeyProvider(directory)
})

afterAll(() => rm(join(directory, '..'), { recursive: true }))

function keyPath(companyId: string): string {
  return join(directory, `${companyId}.key`)
}

describe('the secret of a company', () => {
  test('is a file only its owner reads, and nothing else is left beside it', async () => {
    const companyId = randomUUID()
    await Promise.all(Array.from({ length: 8 }, () => provider.createSecret(companyId)))
    const file = await stat(keyPath(companyId))
    expect(await readFile(keyPath(companyId), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect(file.mode & 0o777).toBe(0o600)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await readdir(directory)).filter((name) => !name.endsWith('.key'))).toEqual([])
    const secret = await readFile(keyPath(companyId))
    await provider.createSecret(companyId)
    expect(await readFile(keyPath(companyId))).toEqual(secret)
  })

  test('once destroyed, closes the company for new nodes, and for running ones once they forget it', async () => {
    const { store } = memoryStore()
    const companyId = randomUUID()
    const running = createKeyring({ provider, store })
    await running.forCompany(companyId)
    const secret = (await readFile(keyPath(companyId), 'utf8')).trim()
    await provider.destroySecrets(companyId)
    await provider.destroySecrets(companyId)

    const fresh = createKeyring({ provider, store })
    await expect(fresh.forCompany(companyId)).rejects.toThrow(KeysDestroyedError)
    running.forget(companyId)
    await expect(running.forCompany(companyId)).rejects.toThrow(KeysDestroyedError)
    expect(running.loaded(companyId)).toBeUndefined()
    expect(await readFile(keyPath(companyId), 'utf8')).not.toContain(secret)
  })

  test('once destroyed, is never made again, not even for a database from before there were data keys', async () => {
    const companyId = randomUUID()
    await provider.destroySecrets(companyId)
    const source = { provider, store: memoryStore().store }
    await expect(createKeyring(source).forCompany(companyId)).rejects.toThrow(KeysDestroyedError)
    await expect(rotateSecret(source, companyId)).rejects.toThrow(KeysDestroyedError)
    await expect(rotateDataKey(source, companyId)).rejects.toThrow(KeysDestroyedError)
    await provider.createSecret(companyId)
    expect(await readFile(keyPath(companyId), 'utf8')).toMatch(/^destroyed /)
  })

  test('when missing, damaged or another one, is reported with its file and what to do, and asked for again next time', async () => {
    const { store } = memoryStore()
    const companyId = randomUUID()
    const keyring = createKeyring({ provider, store })
    await keyring.forCompany(companyId)
    const secret = await readFile(keyPath(companyId))

    await rm(keyPath(companyId))
    await expect(unavailable()).resolves.toMatch(/cannot be read from .*ENOENT.*Restore the key directory/)
    await writeFile(keyPath(companyId), `${'07'.repeat(32)}\n`)
    await expect(unavailable()).resolves.toMatch(/does not open the data keys of company/)
    await truncate(keyPath(companyId), 63)
    await expect(unavailable()).resolves.toMatch(/is damaged/)
    await writeFile(keyPath(companyId), '')
    await expect(unavailable()).resolves.toMatch(/is damaged/)
    await writeFile(keyPath(companyId), secret)
    await expect(keyring.forCompany(companyId)).resolves.toBeDefined()

    async function unavailable(): Promise<string> {
      keyring.forget(companyId)
      const error = await keyring.forCompany(companyId).catch((reason: unknown) => reason)
      if (!(error instanceof KeyUnavailableError)) throw new Error('the key was available')
      expect(error.message).toContain(keyPath(companyId))
      return error.message
    }
  })

  test('does not open a data key of another company', async () => {
    const [mine, other] = [randomUUID(), randomUUID()]
    await provider.createSecret(mine)
    await writeFile(keyPath(other), await readFile(keyPath(mine)))
    const wrapped = await provider.wrap(mine, Buffer.alloc(32, 1))
    await expect(provider.unwrap(mine, wrapped)).resolves.toEqual(Buffer.alloc(32, 1))
    await expect(provider.unwrap(other, wrapped)).rejects.toThrow(KeyUnavailableError)
  })

  test('never leaves the key directory, whatever the id', async () => {
    for (const id of ['../../etc/passwd', '', 'x'.repeat(36), `${randomUUID()}/..`]) {
      await expect(provider.createSecret(id)).rejects.toThrow('must be a uuid')
    }
  })
})
