import { Argument, type Command } from 'commander'
import { runCommand } from '../run-process.ts'

/** Adds the commands that look after SMS. */
export function addSmsCommands(program: Command): void {
  const sms = program
    .command('sms')
    .description('look after SMS: settings, numbers, and messages that went astray')
  addNumbers(sms)
  addMessages(sms)
}

function addNumbers(sms: Command): void {
  sms
    .command('settings')
    .description("print a company's settings for SMS")
    .argument('<company>', "the company's name, external id or id")
    .option('--json', 'print JSON')
    .action(async (company, options) => {
      const { smsSettings } = await import('./sms.ts')
      await runCommand(() => smsSettings(company, options))
    })

  sms
    .command('number')
    .description('assign a number to a company, also one that another company uses')
    .argument('<company>', "the company's name, external id or id")
    .argument('<number>', 'the number, such as +14155550100')
    .option('--remove', 'take it back instead')
    .option('--json', 'print JSON')
    .action(async (company, number, options) => {
      const { smsNumber } = await import('./sms.ts')
      await runCommand(() => smsNumber(company, number, options))
    })

  sms
    .command('resume')
    .description('let a number send again that the provider has paused')
    .argument('<number>', 'the number, such as +14155550100')
    .option('--json', 'print JSON')
    .action(async (number, options) => {
      const { smsResume } = await import('./sms.ts')
      await runCommand(() => smsResume(number, options))
    })
}

function addMessages(sms: Command): void {
  sms
    .command('unmatched')
    .description('print SMS that came in and belong to no company')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { smsUnmatched } = await import('./sms.ts')
      await runCommand(() => smsUnmatched(options))
    })

  sms
    .command('dead')
    .description("print a company's SMS that did not arrive, or may not have")
    .argument('<company>', "the company's name, external id or id")
    .option('--json', 'print JSON')
    .action(async (company, options) => {
      const { smsDead } = await import('./sms.ts')
      await runCommand(() => smsDead(company, options))
    })

  sms
    .command('export')
    .description("print a company's guests or deliveries as CSV")
    .addArgument(new Argument('<what>', 'guests or deliveries').choices(['guests', 'deliveries']))
    .argument('<company>', "the company's name, external id or id")
    .action(async (what, company) => {
      const { exportGuests } = await import('./export-guests.ts')
      await runCommand(() => exportGuests(what, company))
    })
}
