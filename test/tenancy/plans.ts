import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'

/** The access of one executed statement, or of a statement inside a function, to a table. */
export interface TableAccess {
  /** The statement's own name, or its text. */
  statement: string
  node: string
  table: string
  index: string | undefined
  /** Rows that were looked at. */
  rows: number
}

/** The plans of everything that the process's connections run. */
export interface PlanRecord {
  accesses: TableAccess[]
  /** Names of the prepared statements that were run. */
  names: Set<string>
  stop(): void
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

/**
 * Has PostgreSQL explain every statement of the serving and the system role to the connection that ran it, those inside
 * of functions and foreign keys too; ends their connections, so that it holds for all.
 */
export function explainEverything(adminUrl: string, planCacheMode: string): Promise<void> {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_format': 'json',
    'auto_explain.log_level': 'notice',
    plan_cache_mode: planCacheMode,
  }
  return withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ name: string }>('select current_database() as name')
    for (const role of ['colloquy_app', 'colloquy_system']) {
      for (const [name, value] of Object.entries(settings)) {
        await admin.query(`alter role ${role} in database ${rows[0]?.name} set ${name} = '${value}'`)
      }
    }
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename like 'colloquy%'`,
    )
  })
}

/** Records the plans that PostgreSQL tells of, until stopped. */
export function recordPlans(): PlanRecord {
  const texts = new Map<string, string>()
  const listening = new WeakSet<pg.Client>()
  const record: PlanRecord = { accesses: [], names: new Set(), stop: () => spy.mockRestore() }
  const query = pg.Client.prototype.query
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...args: Parameters<typeof query>
  ) {
    // Of pg's many ways to ask, the product takes the one with an object.
    const [statement] = args as unknown as [{ name?: string; text?: string }]
    if (statement.name && statement.text) {
      texts.set(statement.text, statement.name)
      record.names.add(statement.name)
    }
    if (!listening.has(this)) {
      listening.add(this)
      this.on('notice', ({ message }) => read(message))
    }
    return query.apply(this, args)
  })

  function read(message: string | undefined): void {
    const json = /^duration: [\d.]+ ms {2}plan:\n([\s\S]*)$/.exec(message ?? '')?.[1]
    if (!json) return
    const { 'Query Text': text, Plan: plan } = JSON.parse(json) as { 'Query Text': string; Plan: PlanNode }
    walk(plan, texts.get(text) ?? text.replace(/\s+/g, ' ').slice(0, 300))
  }

  function walk(node: PlanNode, statement: string): void {
    const table = node['Relation Name']
    if (table) {
      const perLoop =
        (node['Actual Rows'] ?? 0) +
        (node['Rows Removed by Filter'] ?? 0) +
        (node['Rows Removed by Index Recheck'] ?? 0)
      record.accesses.push({
        statement,
        node: node['Node Type'],
        table,
        index: node['Index Name'],
        rows: perLoop * (node['Actual Loops'] ?? 1),
      })
    }
    for (const child of node.Plans ?? []) walk(child, statement)
  }

  return record
}

/** The names of all prepared statements in the sources. */
export function statementNames(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .flatMap((file) => [
      ...readFileSync(`${directory}/${file}`, 'utf8').matchAll(
        /\bname: '(\w+)',\s+(?:parameters|row|text):/g,
      ),
    ])
    .map((match) => match[1] ?? '')
}
