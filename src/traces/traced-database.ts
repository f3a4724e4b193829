import type { Context, Span } from '@opentelemetry/api'
import type { Database, TenantDatabase } from '../database/database.ts'
import type { Statement, Values } from '../database/statement.ts'
import type { CarriedTraces } from './carried-traces.ts'
import type { SpanRunner } from './span-runner.ts'
import { type RunNamed, tracePrisma } from './traced-prisma.ts'

type Run = Database['unbound']
type Rows = readonly object[]

/** The dependencies of the database's spans. */
export interface DatabaseSpans {
  spans: SpanRunner
  carried: CarriedTraces
  /** Returns the context that a message was sent in. */
  senderOf(messageId: unknown): Context | undefined
}

/** Returns the database with a span for each statement and transaction of a traced operation. */
export function traceDatabase(database: Database, options: DatabaseSpans): Database {
  return {
    ...database,
    forTenant: (...args) => traceTenant(database.forTenant(...args), options),
    forSystem: (...args) => traceTenant(database.forSystem(...args), options),
    unbound: traceRun(database.unbound, options),
    batch: traceBatch(database.batch, options),
    acrossCompanies: traceRun(database.acrossCompanies, options),
  }
}

function traceTenant(bound: TenantDatabase, options: DatabaseSpans): TenantDatabase {
  const { spans, carried } = options
  const { companyId } = bound.tenant
  return {
    tenant: bound.tenant,
    get prisma() {
      return spans.active() ? tracePrisma(bound.prisma, runNamed(spans)) : bound.prisma
    },
    readFromReplica: () => bound.readFromReplica(),
    query: traceRun(bound.query, options),
    async call(statement, values) {
      const parent = options.senderOf(Reflect.get(values, 'messageId')) ?? spans.active()
      if (!parent || !spans.takeStatement(parent)) return bound.call(statement, values)
      const span = begin(spans, statement, parent)
      const rows = await spans.run(span, () => bound.call(statement, values))
      const position = positionOf(rows[0])
      if (position !== undefined) carried.remember(companyId, position, span.spanContext())
      return rows
    },
    transaction(work) {
      const parent = spans.active()
      if (!parent || !spans.takeStatement(parent)) return bound.transaction(work)
      return spans.run(spans.begin('transaction', statementOptions(spans, 'transaction')), () =>
        bound.transaction((transaction) => work(tracePrisma(transaction, runNamed(spans)))),
      )
    },
  }
}

function traceRun(run: Run, { spans }: DatabaseSpans): Run {
  return (statement, values) => {
    const parent = spans.active()
    return parent && spans.takeStatement(parent)
      ? spans.run(begin(spans, statement, parent), () => run(statement, values))
      : run(statement, values)
  }
}

/** Runs an operation of Prisma in a span, if the current work may have one more. */
function runNamed(spans: SpanRunner): RunNamed {
  return (name, work) => {
    const parent = spans.active()
    return parent && spans.takeStatement(parent) ? spans.run(begin(spans, { name }, parent), work) : work()
  }
}

/** A batch is part of the trace of each of its messages, and each has its position. */
function traceBatch(run: Run, { spans, carried, senderOf }: DatabaseSpans): Run {
  return async <Name extends string, Row extends object>(
    statement: Statement<Name, Row>,
    values: Values<Name>,
  ) => {
    const given = values as Readonly<Record<string, unknown>>
    const companyIds = listOf(given, 'companyIds')
    const parents = listOf(given, 'messageIds').map(senderOf)
    const begun = parents.map((parent) => parent && begin(spans, statement, parent))
    try {
      const rows = await spans.detached(() => run(statement, values))
      rememberPositions(rows, companyIds, begun, carried)
      return rows
    } catch (error) {
      for (const span of begun) span?.setStatus({ code: spans.api.SpanStatusCode.ERROR })
      throw error
    } finally {
      for (const span of begun) span?.end()
    }
  }
}

function rememberPositions(
  rows: Rows,
  companyIds: readonly unknown[],
  begun: readonly (Span | undefined)[],
  carried: CarriedTraces,
): void {
  for (const row of rows) {
    const at = Number(Reflect.get(row, 'item')) - 1
    const position = positionOf(row)
    // A message without a trace is known to have none, so that it gets none of its neighbours'.
    if (position !== undefined) carried.remember(String(companyIds[at]), position, begun[at]?.spanContext())
  }
}

function begin(spans: SpanRunner, { name }: Pick<Statement, 'name'>, parent: Context): Span {
  return spans.begin(name, { ...statementOptions(spans, name), parent })
}

function statementOptions({ api }: SpanRunner, name: string) {
  return {
    kind: api.SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': name },
  }
}

function positionOf(row: object | undefined): number | undefined {
  const position: unknown = row && Reflect.get(row, 'position')
  return typeof position === 'string' ? Number(position) : undefined
}

function listOf(values: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const list = values[name]
  return Array.isArray(list) ? list : []
}
