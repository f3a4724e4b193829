import { randomUUID } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKeyProvider } from '../../src/encryption/create-key-provider.ts'
import {
  KeyProviderBusyError,
  KeyProviderRefusedError,
  KeysDestroyedError,
  KeyUnavailableError,
} from '../../src/encryption/errors.ts'
import { createKeyring } from '../../src/encryption/keyring.ts'
import { createLocalKeyProvider } from '../../src/encryption/local-key-provider.ts'
import { rotateDataKey, rotateSecret } from '../../src/encryption/rotate-keys.ts'
import { readEnvironment } from '../../src/env.ts'
import { metrics } from '../../src/metrics/metrics.ts'
import { bodyOf, memoryStore } from '../support/data-keys.ts'
import { type KmsStub, startKms } from '../support/kms.ts'

// Calls that fail are tried again with growing waits.
vi.setConfig({ testTimeout: 60_000 })

const minute = 60_000

let directory: string
let kms: KmsStub
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'colloquy-kms-'))
  kms = await startKms()
})
afterEach(async () => {
  await kms[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

function settings(more: Record<string, string> = {}) {
  return readEnvironment({
    KEY_PROVIDER: 'aws-kms',
    KMS_KEY_ID: kms.keyArn,
    KMS_ENDPOINT: kms.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...more,
  }).keys
}

const openProvider = () => createKeyProvider(settings(), directory)
const fileOf = (companyId: string) => join(directory, `${companyId}.key`)

describe('AWS KMS', () => {
  test('wraps the secret of each company, which only the call of KMS opens, and only for that company', async () => {
    const provider = await openProvider()
    const [mine, other] = [randomUUID(), randomUUID()]
    await provider.createSecret(mine)
    const wrapped = await provider.wrap(mine, Buffer.alloc(32, 1))
    expect(await provider.unwrap(mine, wrapped)).toEqual(Buffer.alloc(32, 1))
    expect(kms.calls).toEqual(['GenerateDataKey', 'Decrypt', 'Decrypt'])
    expect(await readFile(fileOf(mine), 'utf8')).toMatch(/^aws-kms arn:aws:kms:\S+ [A-Za-z0-9+/]+=*\n$/)
    await copyFile(fileOf(mine), fileOf(other))
    await expect(provider.unwrap(other, wrapped)).rejects.toThrow(KeyProviderRefusedError)
    await expect(createLocalKeyProvider(directory).unwrap(mine, wrapped)).rejects.toThrow(
      'is wrapped by AWS KMS: set KEY_PROVIDER=aws-kms',
    )
    expect(await provider.check()).toBe(`secrets are wrapped by ${kms.keyArn} of AWS KMS`)
  })

  test('is called once for all the data keys of a company', async () => {
    const source = { provider: await openProvider(), store: memoryStore().store }
    const companyId = randomUUID()
    await createKeyring(source).forCompany(companyId)
    kms.calls.splice(0)
    await createKeyring(source).forCompany(companyId)
    expect(kms.calls).toEqual(['Decrypt'])
  })

  test('takes over the secrets that files held, as they are rotated', async () => {
    const { store } = memoryStore()
    const companyId = randomUUID()
    const context = bodyOf()
    const local = createLocalKeyProvider(directory)
    const before = await createKeyring({ provider: local, store }).forCompany(companyId)
    const envelope = before.encrypt('kept', context)
    const source = { provider: await openProvider(), store }
    const read = async () => (await createKeyring(source).forCompany(companyId)).decrypt(envelope, context)
    expect(await read()).toBe('kept')
    expect(kms.calls).toEqual([])
    await rotateSecret(source, companyId)
    expect(await readFile(fileOf(companyId), 'utf8')).toMatch(/^aws-kms \S+ \S+\n$/)
    expect(await read()).toBe('kept')
    await rotateDataKey(source, companyId)
    expect(await read()).toBe('kept')
    await source.provider.destroySecrets(companyId)
    await expect(read()).rejects.toThrow(KeysDestroyedError)
  })
})

describe('keys in memory', () => {
  test.each([
    ['is throttled', { status: 400, type: 'ThrottlingException' }],
    ['fails', { status: 500, type: 'KMSInternalException' }],
  ])('are used for an hour after KMS has opened them last while it %s', async (_title, fault) => {
    let clock = Date.now()
    const companyId = randomUUID()
    const source = { provider: await openProvider(), store: memoryStore().store }
    const keyring = createKeyring(source, { now: () => clock })
    const keys = await keyring.forCompany(companyId)
    kms.fault = fault
    clock += 59 * minute
    expect(await keyring.forCompany(companyId)).toBe(keys)
    // A rotation elsewhere must not end that.
    keyring.forget(companyId)
    expect(await keyring.forCompany(companyId)).toBe(keys)
    clock += minute
    await expect(keyring.forCompany(companyId)).rejects.toThrow(KeyProviderBusyError)
    kms.fault = undefined
    await expect(keyring.forCompany(companyId)).resolves.toBeDefined()
  })

  test('are used for that hour and no longer when the clock is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    try {
      const companyId = randomUUID()
      const keyring = createKeyring({ provider: await openProvider(), store: memoryStore().store })
      const keys = await keyring.forCompany(companyId)
      kms.fault = { status: 400, type: 'ThrottlingException' }
      vi.setSystemTime(Date.now() - 5 * 60 * minute)
      vi.advanceTimersByTime(59 * minute)
      expect(await keyring.forCompany(companyId)).toBe(keys)
      vi.advanceTimersByTime(minute)
      await expect(keyring.forCompany(companyId)).rejects.toThrow(KeyProviderBusyError)
    } finally {
      vi.useRealTimers()
    }
  })

  test.each(['DisabledException', 'NotFoundException', 'AccessDeniedException', 'KMSInvalidStateException'])(
    'of all companies are dropped as soon as KMS answers %s',
    async (type) => {
      const source = { provider: await openProvider(), store: memoryStore().store }
      const keyring = createKeyring(source)
      const [one, two] = [randomUUID(), randomUUID()]
      await keyring.forCompany(one)
      await keyring.forCompany(two)
      kms.fault = { status: 400, type }
      keyring.probe()
      await expect
        .poll(() => [one, two].map((id) => keyring.loaded(id)), { timeout: 20_000 })
        .toEqual([undefined, undefined])
      await expect(keyring.forCompany(one)).rejects.toThrow(
        /AWS KMS refuses to open .*Enable the key of KMS_KEY_ID/,
      )
      expect(await metrics.getSingleMetricAsString('colloquy_key_provider_failures_total')).toContain(
        `{reason="${type}"}`,
      )
      await expect(source.provider.check()).rejects.toThrow(KeyUnavailableError)
    },
  )

  test('are used while KMS takes longer than it is waited for', async () => {
    let clock = Date.now()
    const companyId = randomUUID()
    const keyring = createKeyring(
      { provider: await openProvider(), store: memoryStore().store },
      { now: () => clock },
    )
    const keys = await keyring.forCompany(companyId)
    kms.latencyMs = 30_000
    clock += 5 * minute
    expect(await keyring.forCompany(companyId)).toBe(keys)
  })
})

test('the settings of KMS are asked for together', () => {
  expect(() => settings({ KMS_KEY_ID: '', AWS_REGION: '', AWS_SECRET_ACCESS_KEY: '' })).toThrow(
    /KMS_KEY_ID is missing[\s\S]*AWS_REGION is missing[\s\S]*AWS_SECRET_ACCESS_KEY is missing/,
  )
})
