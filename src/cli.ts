import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { addAuditCommands } from './cli/audit-commands.ts'
import { addSmsCommands } from './cli/sms-commands.ts'
import { companyStates } from './companies/operations/switch-company.ts'
import { runCommand, runServer } from './run-process.ts'

// Each command is loaded when it is run, because most need much less than the server.
const program = new Command('colloquy')
  .description(
    'Runs and looks after a Colloquy server. docs/operations.md lists the environment variables it is configured by.',
  )
  .helpCommand(false)
  .showSuggestionAfterError(false)
  // Set before the commands, which inherit it.
  .configureHelp({
    optionDescription: (option) => `${option.mandatory ? '(required) ' : ''}${option.description}`,
    argumentDescription: (argument) => `${argument.required ? '(required) ' : ''}${argument.description}`,
  })

program
  .command('serve')
  .description('run the server until SIGTERM or Ctrl-C')
  .action(async () => {
    const { serve } = await import('./cli/serve.ts')
    await runServer(serve)
  })

program
  .command('migrate')
  .description('apply pending migrations (DATABASE_OWNER_URL) and bring the built-in roles up to date')
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { migrate } = await import('./cli/migrate.ts')
    await runCommand(() => migrate(options))
  })

program
  .command('seed')
  .description('put the demo companies Acme and Globex into an empty database')
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { seed } = await import('./cli/seed.ts')
    await runCommand(() => seed(options))
  })

program
  .command('company')
  .description('create a company and its first owner')
  .argument('<name>', "the company's name")
  .requiredOption('--owner <external id>', "the owner's external id: what the member claim of a token says")
  .requiredOption('--owner-name <name>', "the owner's name")
  .option('--owner-email <address>', "the owner's e-mail address")
  .option('--external-id <id>', "the embedding product's own id of the company")
  .option('--json', 'print JSON')
  .action(async (name, options) => {
    const { company } = await import('./cli/company.ts')
    await runCommand(() => company(name, options))
  })

program
  .command('member')
  .description("look after a company's members")
  .command('untie')
  .description('untie the login that a member signed in with first, so that another one can be tied')
  .argument('<company>', "the company's name, external id or id")
  .argument('<external id>', "the member's external id")
  .option('--json', 'print JSON')
  .action(async (company, externalId, options) => {
    const { untie } = await import('./cli/untie.ts')
    await runCommand(() => untie(company, externalId, options))
  })

program
  .command('rollout')
  .description('open or close companies: all, or a cohort of them')
  .addArgument(new Argument('<state>', 'the state they are in afterwards').choices(companyStates))
  .argument('[companies...]', 'their names, external ids or ids')
  .option('--all', 'every company there is')
  .option('--json', 'print JSON')
  .action(async (state, companies, options) => {
    const { rollout } = await import('./cli/rollout.ts')
    await runCommand(() => rollout(state, companies, options))
  })

program
  .command('token')
  .description('print an access token of the development issuer; not in production')
  .argument('<login>', "a member's external id, such as alice@acme.test")
  .option('--company <name or id>', 'the one company the token is for; without it X-Company-Id chooses')
  .option('--expires <seconds>', 'how long it is valid (default: 12 hours)', seconds)
  .option('--json', 'print JSON')
  .action(async (login, options) => {
    const { token } = await import('./cli/token.ts')
    await runCommand(() => token(login, options))
  })

program
  .command('purge')
  .description('delete now what is past its time: messages, SMS, events and idempotency keys')
  .option('--company <name or id>', 'only what belongs to this company')
  .option('--dry-run', 'only count it')
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { purge } = await import('./cli/purge.ts')
    await runCommand(() => purge(options))
  })

const keys = program.command('keys').description("rotate or destroy companies' keys")

keys
  .command('rotate')
  .description('wrap the data keys with new secrets; texts stay readable on every node')
  .option('--company <name or id>', 'only those of this company')
  .option('--data', 'also make new data keys, which encrypt from a quarter of an hour later on')
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { rotateKeys } = await import('./cli/rotate-keys.ts')
    await runCommand(() => rotateKeys(options))
  })

keys
  .command('destroy')
  .description("destroy a company's keys and erase its people: nothing of it can ever be read again")
  .requiredOption('--company <name or id>', 'the company')
  .option('--yes <name>', "the company's name, instead of typing it")
  .option('--despite-holds', 'also if legal holds are in force')
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { destroyKeys } = await import('./cli/destroy-keys.ts')
    await runCommand(() => destroyKeys(options))
  })

program
  .command('export')
  .description("write a company's messages of a span of time into a file, with a manifest beside it")
  .requiredOption('--company <name or id>', "the company's name, external id or id")
  .requiredOption('--from <time>', 'the first moment, such as 2026-11-01 or 2026-11-01T08:00:00Z', instant)
  .requiredOption('--to <time>', 'the moment before which messages were sent', instant)
  .addOption(new Option('--format <format>', 'the format').choices(['csv', 'jsonl']).default('jsonl'))
  .requiredOption('--file <path>', 'the file to write; it must not exist')
  .option('--json', 'print the manifest as JSON')
  .action(async (options) => {
    const { exportMessages } = await import('./cli/export-messages.ts')
    await runCommand(() => exportMessages(options))
  })

program
  .command('guest-reply')
  .description('play an SMS of a guest that comes in, and print what is answered')
  .argument('<phone>', 'the phone it comes from, such as +14155550123')
  .argument('<text>', 'the text, such as STOP')
  .option('--to <number>', 'the number it is sent to (default: the one that messages are sent from)')
  .option('--json', 'print JSON')
  .action(async (phone, text, options) => {
    const { guestReply } = await import('./cli/guest-reply.ts')
    await runCommand(() => guestReply(phone, text, options))
  })

addSmsCommands(program)
addAuditCommands(program)

program
  .command('capacity')
  .description('tell how many nodes, cores and gigabytes an installation needs, from measured costs')
  .requiredOption('--companies <number>', 'companies', wholeNumber(1_000_000))
  .requiredOption('--users <number>', 'users of all companies', wholeNumber(10_000_000))
  .requiredOption('--messages-per-day <number>', 'messages of all companies', wholeNumber(1_000_000_000))
  .option('--online <percent>', 'users connected at the busiest time', wholeNumber(100), 15)
  .option('--recipients <number>', 'people who see an average message live', wholeNumber(10_000), 4)
  .option('--pages <number>', 'pages of 50 that are read for each message sent', wholeNumber(1_000), 1)
  .option('--peak <times>', 'how many times the average the busiest second is', wholeNumber(1_000), 8)
  .option('--retention-days <days>', 'how long messages are kept', wholeNumber(36_500), 365)
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { capacity } = await import('./cli/capacity.ts')
    await runCommand(() => capacity(options))
  })

program
  .command('doctor')
  .description('check configuration, database, roles, policies, Redis, keys and token issuer')
  .option('--json', 'print JSON')
  .action(async (options) => {
    const { doctor } = await import('./cli/doctor.ts')
    await runCommand(() => doctor(options))
  })

await program.parseAsync()

function seconds(text: string): number {
  const max = 366 * 24 * 60 * 60
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value >= 1 && value <= max) return value
  throw new InvalidArgumentError(`Give a whole number of seconds from 1 to ${max}.`)
}

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,12}$/.test(text) && value >= 1 && value <= max) return value
    throw new InvalidArgumentError(`Give a whole number from 1 to ${max}.`)
  }
}

function instant(text: string): Date {
  const at = new Date(text)
  // A time without its offset would be one of the machine's time zone.
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(at.getTime())) return at
  throw new InvalidArgumentError('Give a day such as 2026-11-01, or a time such as 2026-11-01T08:00:00Z.')
}
