import { expect } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import type { Data } from '../support/client.ts'

/** Runs SQL as the administrator. */
export async function sql(adminUrl: string, text: string, values: unknown[]): Promise<Data[]> {
  return (await withClient(adminUrl, (admin) => admin.query(text, values))).rows
}

/** Participants that a recount finds missing, or too many, by a comparison of names of its own. */
export async function drift(adminUrl: string, ids: unknown[]): Promise<Data[]> {
  const rows = await sql(
    adminUrl,
    `select p.conversation_id as channel, u.external_id as who, u.is_enabled as enabled, u.department,
       p.user_id is not null as present, coalesce(p.by_department, false) as brought,
       array(select d.name from conversation_departments d where d.conversation_id = c.id and d.ended_at is null) as departments
     from conversations c join users u on u.company_id = c.company_id
     left join participants p on p.conversation_id = c.id and p.user_id = u.id and p.left_at is null
     where c.id = any($1)`,
    [ids],
  )
  const key = (name: string | null) => (name ?? '').trim().replace(/\s+/g, ' ').toLowerCase()
  expect(rows.filter(({ present }) => present).length).toBeGreaterThan(20)
  return rows.filter(({ enabled, department, departments, present, brought }) => {
    const belongs = enabled && key(department) !== '' && departments.map(key).includes(key(department))
    return belongs ? !present : present && brought
  })
}
