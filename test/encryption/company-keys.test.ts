import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KeyUnavailableError } from '../../src/encryption/errors.ts'
import type { KeyProvider } from '../../src/encryption/key-provider.ts'
import { createKeyring } from '../../src/encryption/keyring.ts'
import { createLocalKeyProvider } from '../../src/encryption/local-key-provider.ts'
import { rotateDataKey, rotateSecret } from '../../src/encryption/rotate-keys.ts'
import { bodyOf, memoryStore } from '../support/data-keys.ts'

let directory: string
let provider: KeyProvider

beforeAll(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'colloquy-keys-')), 'keys')
  provider = createLocalKeyProvider(directory)
})

afterAll(() => rm(join(directory, '..'), { recursive: true }))

/** The id of the data key that encrypted a text. */
function keyOf(envelope: Buffer): string {
  return envelope.toString('hex', 1, 17)
}

function keyPath(companyId: string): string {
  return join(directory, `${companyId}.key`)
}

describe('the keys of a company', () => {
  test('are made once when two nodes race for the first ones', async () => {
    for (let round = 0; round < 20; round++) {
      const { store, rows, added } = memoryStore()
      const companyId = randomUUID()
      const [first, second] = await Promise.all([startNode(), startNode()])
      const context = bodyOf()
      expect(second.decrypt(first.encrypt('from the first', context), context)).toBe('from the first')
      expect(first.decrypt(second.encrypt('from the second', context), context)).toBe('from the second')
      expect(first.requestHash('x')).toEqual(second.requestHash('x'))
      expect(rows.get(companyId)).toHaveLength(3)
      expect(added.filter((outcome) => outcome === 'added')).toHaveLength(3)

      function startNode() {
        return createKeyring({ provider: createLocalKeyProvider(directory), store }).forCompany(companyId)
      }
    }
  })

  test('are loaded once for all who ask, and again after the least recently used were dropped', async () => {
    const { store } = memoryStore()
    let unwraps = 0
    const counting: KeyProvider = {
      ...provider,
      unwrap: (companyId, wrapped) => {
        unwraps++
        return provider.unwrap(companyId, wrapped)
      },
    }
    const keyring = createKeyring({ provider: counting, store }, { maxCompanies: 2 })
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
    await Promise.all(Array.from({ length: 50 }, () => keyring.forCompany(a)))
    expect(unwraps).toBe(3)
    await keyring.forCompany(b)
    await keyring.forCompany(a)
    await keyring.forCompany(c)
    expect(unwraps).toBe(9)
    await keyring.forCompany(a)
    expect(unwraps).toBe(9)
    await keyring.forCompany(b)
    expect(unwraps).toBe(12)
  })

  test('rotate: old texts stay readable, request hashes stable, and every node knows a key before one encrypts with it', async () => {
    const { store, rows } = memoryStore()
    const companyId = randomUUID()
    let clock = Date.now()
    const firstNode = createKeyring({ provider, store }, { now: () => clock })
    const secondNode = createKeyring({ provider, store }, { now: () => clock })
    const keysOfNodes = () => Promise.all([firstNode.forCompany(companyId), secondNode.forCompany(companyId)])
    const context = bodyOf()
    const [before] = await keysOfNodes()
    const old = before.encrypt('old', context)
    const hash = before.requestHash('x')
    await rotateDataKey({ provider, store }, companyId)
    expect(rows.get(companyId)?.map((row) => row.id.slice(-1))).toEqual(['1', '2', '3', '4'])

    const usedKeys = new Set<string>()
    for (let minute = 0; minute < 40; minute++) {
      clock += 60_000
      const [one, two] = await keysOfNodes()
      const envelope = one.encrypt('new', context)
      usedKeys.add(envelope.toString('hex', 1, 17))
      expect(two.decrypt(envelope, context)).toBe('new')
      expect(two.decrypt(old, context)).toBe('old')
      expect(two.requestHash('x')).toEqual(hash)
      // Nodes that loaded before the rotation meet one that has just started.
      const started = createKeyring({ provider, store }, { now: () => clock })
      const fresh = await started.forCompany(companyId)
      expect(two.decrypt(fresh.encrypt('fresh', context), context)).toBe('fresh')
    }
    expect(usedKeys.size).toBe(2)
  })

  test('have a purpose each, and a company from before purposes keeps what its oldest key has hashed', async () => {
    const { store, rows } = memoryStore()
    const companyId = randomUUID()
    const context = bodyOf()
    const before = await createKeyring({ provider, store }).forCompany(companyId)
    expect(rows.get(companyId)?.map(({ purpose }) => purpose)).toEqual(['CONTENT', 'INDEX', 'LOOKUP'])
    const plain = await Promise.all(
      (rows.get(companyId) ?? []).map(({ wrapped }) => provider.unwrap(companyId, Buffer.from(wrapped))),
    )
    expect(new Set(plain.map((key) => key.toString('hex'))).size).toBe(3)

    const old = rows.get(companyId)?.slice(0, 1) ?? []
    rows.set(companyId, old)
    const nodes = await Promise.all(
      [1, 2].map(() => createKeyring({ provider, store }).forCompany(companyId)),
    )
    expect(rows.get(companyId)?.map(({ purpose, wrapped }) => [purpose, wrapped])).toEqual(
      ['CONTENT', 'INDEX', 'LOOKUP'].map((purpose) => [purpose, old[0]?.wrapped]),
    )
    expect(nodes[0]?.searchToken('word')).toBe(nodes[1]?.searchToken('word'))
    expect(nodes[0]?.decrypt(before.encrypt('kept', context), context)).toBe('kept')
  })

  test('encrypt nothing once retired, and still decrypt', async () => {
    const { store, rows } = memoryStore()
    const companyId = randomUUID()
    const context = bodyOf()
    let clock = Date.now()
    const load = () => createKeyring({ provider, store }, { now: () => clock }).forCompany(companyId)
    const old = (await load()).encrypt('old', context)
    const activeFrom = await rotateDataKey({ provider, store }, companyId)
    expect(rows.get(companyId)?.map(({ purpose, retiredAt }) => [purpose, retiredAt])).toEqual([
      ['CONTENT', activeFrom],
      ['INDEX', null],
      ['LOOKUP', null],
      ['CONTENT', null],
    ])
    clock = activeFrom.getTime() - 1
    expect(keyOf((await load()).encrypt('still', context))).toBe(keyOf(old))
    clock += 1
    const keys = await load()
    expect(keyOf(keys.encrypt('new', context))).not.toBe(keyOf(old))
    expect(keys.decrypt(old, context)).toBe('old')
  })

  test('are wrapped with a new secret without a change to the data they encrypted, and the old secret opens nothing', async () => {
    const { store, rows } = memoryStore()
    const companyId = randomUUID()
    const context = bodyOf()
    const envelope = (await createKeyring({ provider, store }).forCompany(companyId)).encrypt('kept', context)
    const oldSecret = await readFile(keyPath(companyId), 'utf8')
    expect(await rotateSecret({ provider, store }, companyId)).toBe(3)
    const newSecret = await readFile(keyPath(companyId), 'utf8')
    expect(newSecret).toMatch(/^[0-9a-f]{64}\n$/)
    expect(newSecret).not.toBe(oldSecret)
    const keys = await createKeyring({ provider, store }).forCompany(companyId)
    expect(keys.decrypt(envelope, context)).toBe('kept')
    const [row] = rows.get(companyId) ?? []
    await writeFile(keyPath(companyId), oldSecret)
    await expect(provider.unwrap(companyId, Buffer.from(row?.wrapped ?? []))).rejects.toThrow(
      KeyUnavailableError,
    )
  })

  test('are readable at every moment while two nodes rotate the secret again and again', async () => {
    const { store } = memoryStore()
    const companyId = randomUUID()
    const context = bodyOf()
    const envelope = (await createKeyring({ provider, store }).forCompany(companyId)).encrypt('kept', context)
    let isRotating = true
    const rotating = Promise.all(
      [1, 2].map(async () => {
        for (let round = 0; round < 10; round++) await rotateSecret({ provider, store }, companyId)
      }),
    ).finally(() => {
      isRotating = false
    })
    let reads = 0
    while (isRotating) {
      const keys = await createKeyring({ provider, store }).forCompany(companyId)
      expect(keys.decrypt(envelope, context)).toBe('kept')
      reads += 1
    }
    await rotating
    expect(reads).toBeGreaterThan(0)
    expect(await readFile(keyPath(companyId), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  })

  test('stay readable where a rotation of the secret ends after any of its steps, and the next one completes it', async () => {
    for (let steps = 0; steps < 12; steps++) {
      const { store } = memoryStore()
      const companyId = randomUUID()
      const context = bodyOf()
      const envelope = (await createKeyring({ provider, store }).forCompany(companyId)).encrypt(
        'kept',
        context,
      )
      let left = steps
      const dying = async <T>(step: Promise<T>): Promise<T> => {
        if (left-- <= 0) throw new Error('killed')
        return step
      }
      const frail: KeyProvider = {
        ...provider,
        addSecret: (id) => dying(provider.addSecret(id)),
        wrap: (id, key) => dying(provider.wrap(id, key)),
        dropSecrets: (id, wrapped) => dying(provider.dropSecrets(id, wrapped)),
      }
      await rotateSecret({ provider: frail, store }, companyId).catch(() => {})
      const read = async () =>
        (await createKeyring({ provider, store }).forCompany(companyId)).decrypt(envelope, context)
      expect(await read()).toBe('kept')
      await rotateSecret({ provider, store }, companyId)
      expect(await read()).toBe('kept')
      expect(await readFile(keyPath(companyId), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    }
  })
})
