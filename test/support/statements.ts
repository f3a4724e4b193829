import pg from 'pg'
import { vi } from 'vitest'

/** Statements that signing in and checking out a connection cost, whatever the operation. */
const PREAMBLE = new Set(['bind_tenant', 'load_viewer', 'find_memberships', 'tie_member'])

/** Statements that a process sends by itself at any time: it polls for changes and seals the audit trail. */
const OF_ITSELF = new Set([
  ...['stream_positions', 'keys_changed_since', 'become_audit_sealer', 'unsealed_companies'],
  ...['audit_head', 'audit_events_from', 'audit_restored_from', 'keep_audit_checkpoint'],
])

/** Whether a process sends this statement by itself, whatever it was asked. */
export function isOfItself(name: string): boolean {
  return OF_ITSELF.has(name)
}

/** Runs `work` and gives the SQL statements this process sent meanwhile, without those of signing in and those it sends by itself. */
export function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  return statementsBut(PREAMBLE, work)
}

/** The same with those of signing in. */
export function allStatementsOf(work: () => Promise<unknown>): Promise<string[]> {
  return statementsBut(new Set(), work)
}

async function statementsBut(left: ReadonlySet<string>, work: () => Promise<unknown>): Promise<string[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  try {
    await work()
    return query.mock.calls.flatMap(([statement]) => {
      const { name, text } =
        typeof statement === 'string' ? { name: '', text: statement } : describe(statement)
      return left.has(name) || isOfItself(name) ? [] : [text]
    })
  } finally {
    query.mockRestore()
  }
}

function describe(statement: unknown): { name: string; text: string } {
  const { name, text } = statement as { name?: string; text?: string }
  return { name: name ?? '', text: text ?? '' }
}
