import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import type { Transaction } from '../database/tenant-client.ts'
import type { DataKeyRow, DataKeyStore, LockedDataKeys } from './data-keys.ts'
import { KeysDestroyedError } from './errors.ts'

const listKeys = statement({
  name: 'list_data_keys',
  parameters: ['companyId'],
  row: rowsOf<DataKeyRow>(),
  text: `select id, wrapped, purpose, created_at as "createdAt", retired_at as "retiredAt" from data_keys
    where company_id = :companyId`,
})
const addKey = statement({
  name: 'add_data_key',
  parameters: ['companyId', 'id', 'wrapped', 'purpose'],
  text: `insert into data_keys (company_id, id, wrapped, purpose) values (:companyId, :id, :wrapped, :purpose)
    on conflict do nothing returning id`,
})
const destroyedState = statement({
  name: 'destroyed_key_state',
  parameters: ['companyId'],
  text: 'select 1 as one from key_states where company_id = :companyId and destroyed_at is not null',
})

/**
 * Stores wrapped data keys in the database. They belong to the company, so the system role reads them for all members.
 */
export function createDataKeyStore(database: Database): DataKeyStore {
  return {
    async list(companyId) {
      const system = database.forSystem(companyId)
      // A node whose secrets are a copy of its own learns here that they were destroyed.
      const [destroyed] = await system.query(destroyedState, { companyId })
      if (destroyed) throw new KeysDestroyedError()
      return system.query(listKeys, { companyId })
    },
    async add(companyId, row) {
      const added = await database.forSystem(companyId).query(addKey, { companyId, ...row })
      return added.length > 0 ? 'added' : 'exists'
    },
    exclusively: (companyId, work, rotated) =>
      database.forSystem(companyId).transaction(async (transaction) => {
        await transaction.$executeRaw`select pg_advisory_xact_lock(hashtextextended('keys ' || ${companyId}, 0))`
        const destroyed = await transaction.keyState.findFirst({
          where: { companyId, destroyedAt: { not: null } },
        })
        if (destroyed) throw new KeysDestroyedError()
        const done = await work(lockedKeys(transaction, companyId))
        await transaction.$executeRaw`select app.keys_changed(false)`
        if (rotated)
          await transaction.$executeRaw`
            select app.record_audit('keys.rotated', ${companyId}::uuid, null, jsonb_build_object('key', ${rotated}::text))`
        return done
      }),
  }
}

function lockedKeys({ dataKey }: Transaction, companyId: string): LockedDataKeys {
  return {
    // A constraint keeps the purpose to those of the type.
    list: async () => (await dataKey.findMany({ where: { companyId } })) as unknown as DataKeyRow[],
    async add(row) {
      await dataKey.create({ data: { companyId, ...row, wrapped: new Uint8Array(row.wrapped) } })
    },
    async rewrap(id, wrapped) {
      await dataKey.updateMany({ where: { companyId, id }, data: { wrapped: new Uint8Array(wrapped) } })
    },
    async retire(ids, retiredAt) {
      await dataKey.updateMany({ where: { companyId, id: { in: ids } }, data: { retiredAt } })
    },
  }
}
