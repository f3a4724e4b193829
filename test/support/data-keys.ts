import { randomUUID } from 'node:crypto'
import type { DataKeyRow, DataKeyStore } from '../../src/encryption/data-keys.ts'

/** Data keys in memory with the one rule of the table: (company, id) is unique. */
export function memoryStore() {
  const rows = new Map<string, DataKeyRow[]>()
  const added: string[] = []
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
