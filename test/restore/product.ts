import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { prepareDatabase, type RoleUrls } from '../../src/database/roles.ts'
import { addressOf, type Colloquy, type CommandResult } from '../support/colloquy.ts'
import type { ServerProcess } from '../support/server-process.ts'
import type { Cluster } from './cluster.ts'

/** The product's programs as they are started: bundled for a test, or built. */
export type Programs = Pick<Colloquy, 'serve' | 'run'>

/** The product on one PostgreSQL, with one folder of keys. */
export interface Product {
  readonly urls: RoleUrls
  /** Starts the server and gives its address. */
  serve(): Promise<{ url: string; server: ServerProcess }>
  /** Runs a command of the command line. */
  run(...args: string[]): Promise<CommandResult>
}

const DATABASE = 'colloquy'

/** Prepares the product for a PostgreSQL, in whose roles and database it finds its own after a restore. */
export async function onCluster(
  programs: Programs,
  cluster: Cluster,
  dataDirectory: string,
): Promise<Product> {
  const urls = await prepareDatabase(cluster.urlOf('postgres'), DATABASE)
  const environment = {
    DATA_DIR: dataDirectory,
    DATABASE_URL: urls.appUrl,
    DATABASE_OWNER_URL: urls.ownerUrl,
    DATABASE_SYSTEM_URL: urls.systemUrl,
    SEND_LIMIT_CEILING: '1000000',
    LOG_LEVEL: 'error',
  }
  return {
    urls,
    async serve() {
      const server = programs.serve(environment)
      return { url: await addressOf(server), server }
    },
    run: (...args) => programs.run(args, environment),
  }
}

/** The superuser's address of the product's database. */
export function databaseUrlOf(cluster: Cluster): string {
  return cluster.urlOf(DATABASE)
}

/** Copies the keys, and the secret that signs the tokens of the drill, from where they are kept into a new data directory. */
export async function copyKeys(from: string, into: string): Promise<void> {
  await mkdir(into, { mode: 0o700 })
  for (const name of ['keys', 'development-issuer'])
    await promisify(execFile)('cp', ['-a', join(from, name), join(into, name)])
}
