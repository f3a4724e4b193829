import type { Command } from 'commander'
import { runCommand } from '../run-process.ts'

/** Adds the commands about audit trails. */
export function addAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('verify and export the audit trails, and go on after a restore')
  addReading(audit)
  addRestored(audit)
}

function addReading(audit: Command): void {
  audit
    .command('verify')
    .description(
      'verify the audit trails of all companies, or an export without a database; fails if there is a problem',
    )
    .option('--company <name or id>', 'one company alone')
    .option('--file <path>', 'an export to verify')
    .option('--key <public key>', 'the key that the notes of the export must be signed with')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { auditVerify } = await import('./audit.ts')
      await runCommand(() => auditVerify(options))
    })

  audit
    .command('export')
    .description("write a company's audit trail with its notes to a file, as JSON Lines")
    .requiredOption('--company <name or id>', "the company's name, external id or id")
    .requiredOption('--file <path>', 'the file to write')
    .action(async (options) => {
      const { auditExport } = await import('./audit.ts')
      await runCommand(() => auditExport(options))
    })

  audit
    .command('key')
    .description('print the public key that notes are verified with')
    .option(
      '--company <name or id>',
      "print the verifier key of the company's log, as c2sp.org/signed-note defines it",
    )
    .action(async (options) => {
      const { auditKey } = await import('./audit.ts')
      await runCommand(() => auditKey(options))
    })
}

function addRestored(audit: Command): void {
  audit
    .command('restored')
    .description('record that the database was restored from a backup, where the latest note is ahead of it')
    .option('--company <name or id>', 'one company alone')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { auditRestored } = await import('./audit.ts')
      await runCommand(() => auditRestored(options))
    })
}
