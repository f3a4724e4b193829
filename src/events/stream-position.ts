import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** The company's latest stream position. */
export const streamPosition = statement({
  name: 'stream_position',
  parameters: ['companyId'],
  row: rowsOf<{ position: string }>(),
  text: `select position::text as position from company_streams where company_id = :companyId`,
})
