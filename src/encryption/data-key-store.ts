import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import type { DataKeyRow, DataKeyStore } from './data-keys.ts'

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

/**
 * Stores wrapped data keys in the database. They belong to the company, so the system role reads them for all members.
 */
export function createDataKeyStore(database: Database): DataKeyStore {
  return {
    list: (companyId) => database.forSystem(companyId).query(listKeys, { companyId }),
    async add(companyId, row) {
      const added = await database.forSystem(companyId).query(addKey, { companyId, ...row })
      return added.length > 0 ? 'added' : 'exists'
    },
  }
}
