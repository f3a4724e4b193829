import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RoleUrls } from '../../src/database/roles.ts'
import { bundleColloquy, type CommandResult } from '../support/colloquy.ts'

/** The command line, and a data directory to use it with. */
export interface CommandLine extends AsyncDisposable {
  /** Runs a command to its end, with this environment and PATH only. */
  run(args: string[], env: Record<string, string>): Promise<CommandResult>
  /** The environment for a database. */
  environmentOf(roles: RoleUrls): Record<string, string>
}

/** Bundles the command line. */
export async function openCommandLine(): Promise<CommandLine> {
  const colloquy = await bundleColloquy()
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-cli-'))
  return {
    run: colloquy.run,
    environmentOf: ({ appUrl, ownerUrl, systemUrl }) => ({
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: ownerUrl,
      DATABASE_SYSTEM_URL: systemUrl,
      DATA_DIR: folder,
    }),
    async [Symbol.asyncDispose]() {
      await colloquy.remove()
      await rm(folder, { recursive: true })
    },
  }
}

/** Expects one line on stderr and nothing on stdout, as a rejected command prints. */
export function rejection({ code, out, err }: CommandResult): string {
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^[^\n]+\n$/)
  return err.trim()
}

/** Expects the output of a command that succeeded without warnings. */
export function accepted({ code, out, err }: CommandResult): string {
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}
