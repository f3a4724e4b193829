import { randomBytes } from 'node:crypto'
import { type DataKeySource, loadDataKeys, nextKeyId } from './data-keys.ts'
import { ACTIVATION_MS } from './keyring.ts'

/**
 * Replaces the secret of a company: its data keys are wrapped with a new one, then the old one is dropped. Texts stay as
 * they are, and every node can read them meanwhile. Returns the number of data keys. Throws KeyUnavailableError,
 * KeysDestroyedError.
 */
export async function rotateSecret(source: DataKeySource, companyId: string): Promise<number> {
  const { provider, store } = source
  await loadDataKeys(source, companyId)
  const rewrapped = await store.exclusively(
    companyId,
    async (keys) => {
      const rows = await keys.list()
      await provider.addSecret(companyId)
      for (const { id, wrapped } of rows) {
        const plainKey = await provider.unwrap(companyId, Buffer.from(wrapped))
        await keys.rewrap(id, await provider.wrap(companyId, plainKey))
      }
      return rows.length
    },
    'SECRET',
  )
  // The old secret goes only after the commit, so that at any time there is one that opens what is stored.
  await store.exclusively(companyId, async (keys) => {
    const wrapped = (await keys.list()).map((row) => Buffer.from(row.wrapped))
    await provider.dropSecrets(companyId, wrapped)
  })
  return rewrapped
}

/**
 * Adds a data key for the texts of a company. It encrypts once all processes have had time to load it; then the earlier
 * ones retire, and only decrypt from then on. Returns that time. Throws KeyUnavailableError, KeysDestroyedError.
 */
export async function rotateDataKey(source: DataKeySource, companyId: string): Promise<Date> {
  const { provider, store } = source
  await loadDataKeys(source, companyId)
  return store.exclusively(
    companyId,
    async (keys) => {
      const earlier = await keys.list()
      const id = nextKeyId(earlier)
      await keys.add({ id, wrapped: await provider.wrap(companyId, randomBytes(32)), purpose: 'CONTENT' })
      const added = (await keys.list()).find((row) => row.id === id)
      const activeFrom = new Date((added?.createdAt.getTime() ?? Date.now()) + ACTIVATION_MS)
      const retiring = earlier.filter(({ purpose, retiredAt }) => purpose === 'CONTENT' && retiredAt === null)
      await keys.retire(
        retiring.map((row) => row.id),
        activeFrom,
      )
      return activeFrom
    },
    'CONTENT',
  )
}
