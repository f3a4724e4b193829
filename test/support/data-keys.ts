import { randomUUID } from 'node:crypto'
import type { DataKeyRow, DataKeyStore, LockedDataKeys } from '../../src/encryption/data-keys.ts'

/** Data keys in memory with the one rule of the table: (company, id) is unique. */
export function memoryStore() {
  const rows = new Map<string, DataKeyRow[]>()
  const added: string[] = []
  let last: Promise<unknown> = Promise.resolve()
  const store: DataKeyStore = {
    list: async (companyId) => [...(rows.get(companyId) ?? [])].reverse(),
    async add(companyId, { id, wrapped, purpose }) {
      const present = rows.get(companyId) ?? []
      const outcome = present.some((row) => row.id === id) ? 'exists' : 'added'
      if (outcome === 'added')
        rows.set(companyId, [...present, { id, wrapped, purpose, createdAt: new Date(), retiredAt: null }])
      added.push(outcome)
      return outcome
    },
    exclusively(companyId, work) {
      const done = last.then(() => work(locked(companyId)))
      last = done.catch(() => {})
      return done
    },
  }

  function locked(companyId: string): LockedDataKeys {
    const change = (ids: string[], changes: Partial<DataKeyRow>) =>
      rows.set(
        companyId,
        (rows.get(companyId) ?? []).map((row) => (ids.includes(row.id) ? { ...row, ...changes } : row)),
      )
    return {
      list: async () => rows.get(companyId) ?? [],
      add: async (row) => void (await store.add(companyId, row)),
      rewrap: async (id, wrapped) => void change([id], { wrapped }),
      retire: async (ids, retiredAt) => void change(ids, { retiredAt }),
    }
  }
  return { store, rows, added }
}

/** The place of some message's body. */
export function bodyOf() {
  return {
    field: 'body' as const,
    conversationId: randomUUID(),
    messageId: randomUUID(),
    authorId: randomUUID(),
    revision: 0,
    standing: 'current' as const,
  }
}
