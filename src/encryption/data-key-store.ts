import type { Database, Statement } from '../database/database.ts'
import type { DataKeyRow, DataKeyStore } from './data-keys.ts'

const listKeys: Statement = {
  name: 'list_data_keys',
  text: `select id, wrapped, created_at as "createdAt" from data_keys where company_id = $1`,
}
const addKey: Statement = {
  name: 'add_data_key',
  text: `insert into data_keys (company_id, id, wrapped) values ($1, $2, $3) on conflict do nothing returning id`,
}

/** Keeps wrapped data keys in the database; keys belong to the company, so the system role reads them for everybody. */
export function createDataKeyStore(database: Database): DataKeyStore {
  return {
    list: (companyId) => database.forSystem(companyId).query<DataKeyRow>(listKeys, [companyId]),
    async add(companyId, { id, wrapped }) {
      const added = await database.forSystem(companyId).query(addKey, [companyId, id, wrapped])
      return added.length > 0 ? 'added' : 'exists'
    },
  }
}
