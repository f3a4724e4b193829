/**
 * Prisma's schema engine as WebAssembly: it migrates and compares schemas without a native binary, which a closed
 * network could not download. It writes Prisma's own `_prisma_migrations`, so Prisma's command line can be used on the
 * database.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { Logger } from 'pino'
import type { MigrationScript } from './migration-files.ts'
import { ScriptAdapter } from './script-adapter.ts'

// Node's types of this major version do not declare it.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

const everything = { externalTables: [], externalEnums: [] }

/** The schema engine, connected to one database. */
export interface SchemaEngine {
  /**
   * Applies the migrations that the database has not recorded. Throws StartupProblem with the name of the failed one.
   */
  apply(migrations: MigrationScript[]): Promise<string[]>
  /** Resets an unfinished migration, so that `apply` runs it again. */
  markRolledBack(migrationName: string): Promise<void>
  /** Returns the SQL that changes the database into the given Prisma schema. Empty if they are equal. */
  difference(schema: string): Promise<string>
  close(): Promise<void>
}

/**
 * Opens the engine on a database with row security off, so that a statement which policies would restrict fails
 * instead. `log` is told of scripts that wait.
 */
export async function openSchemaEngine(url: string, log?: Logger): Promise<SchemaEngine> {
  const adapter = new ScriptAdapter(url, log)
  const { SchemaEngine } = await loadEngine()
  const engine = await SchemaEngine.new(
    { datamodels: undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapter),
  )

  return {
    async apply(migrations) {
      adapter.migrations = migrations
      try {
        const migrationsList = migrationListOf(migrations)
        return (await engine.applyMigrations({ migrationsList, filters: everything })).appliedMigrationNames
      } catch (error) {
        throw adapter.failure ?? error
      }
    },

    markRolledBack: (migrationName) => engine.markMigrationRolledBack({ migrationName }).then(() => {}),

    async difference(schema) {
      const files = [{ path: 'schema.prisma', content: schema }]
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: '' },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: everything,
      })
      return exitCode === 0 ? '' : (stdout ?? '')
    },

    async close() {
      engine.free()
      await adapter.end()
    },
  }
}

function migrationListOf(migrations: MigrationScript[]) {
  return {
    baseDir: '',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  }
}

let loading: ReturnType<typeof instantiate> | undefined

function loadEngine(): ReturnType<typeof instantiate> {
  loading ??= instantiate()
  return loading
}

/** The package's entry imports its .wasm file as a module, which Node does not support without a flag. */
async function instantiate() {
  // The engine reports a panic here before it stops responding. Throwing ends the process with the reason.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: throwPanic } })
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(join(dirname(gluePath), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': withIdleTimers(glue) })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return glue
}

/**
 * The engine sets a timer of 10 s for its lock and never clears it. The timer must not keep the process from ending.
 */
function withIdleTimers(glue: object): object {
  const setTimer = Object.keys(glue).find((name) => name.startsWith('__wbg_setTimeout_'))
  if (setTimer === undefined)
    throw new Error("Prisma's schema engine sets its time limits in an unknown way.")
  return { ...glue, [setTimer]: (callback: () => void, ms: number) => setTimeout(callback, ms).unref() }
}

function throwPanic(message: string): never {
  throw new Error(`Prisma's schema engine broke down: ${message}`)
}
