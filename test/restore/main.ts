import { Command, InvalidArgumentError } from 'commander'
import { onlyPath } from '../support/colloquy.ts'
import { installedPostgres } from '../support/postgres-programs.ts'
import { startProcess } from '../support/server-process.ts'
import { type DrillOptions, openDrill } from './drill.ts'
import { examine, goOn } from './examine.ts'
import type { Programs } from './product.ts'

/** The product as `npm run build` has made it. */
const programs: Programs = {
  serve: (env) => startBuilt('dist/main.js', [], env),
  async run(args, env) {
    const { ended, said } = startBuilt('dist/cli.js', args, env)
    const code = await ended
    return { code, ...said }
  },
}

await new Command('backup-drill')
  .description(
    'Loses a database of many messages and restores it, to its end and to a moment; prints the times.',
  )
  .option('--messages <n>', 'messages in the database', readNumber, 1_000_000)
  .option('--archive-timeout <seconds>', 'after which WAL is archived at the latest', readNumber, 60)
  .option('--postgres <folder>', "the folder of PostgreSQL's programs", installedPostgres())
  .action(async ({ messages, archiveTimeout, postgres }) => {
    if (!postgres) throw new Error('There is no PostgreSQL below /usr/lib/postgresql: give --postgres.')
    await drill({ postgres, programs, messages, archiveTimeoutSeconds: archiveTimeout, print })
  })
  .parseAsync()

async function drill(options: DrillOptions): Promise<void> {
  await using drill = await openDrill(options)
  const before = await drill.lose()
  print(`           database: ${(before.databaseBytes / 2 ** 30).toFixed(2)} GiB`)
  for (const name of ['latest', 'moment'] as const) {
    const began = performance.now()
    const restored = await drill.putBack(name, name === 'latest' ? name : { before: before.moment })
    const gone = await goOn(drill, name, restored, before.reader)
    const seconds = (gone.answeredAt - began) / 1000
    print(`${seconds.toFixed(1).padStart(7)} s  ${name}: from the loss to the first answered query (RTO)`)
    for (const { out, err } of [gone.verifiedFirst, gone.restored, gone.verified])
      process.stdout.write(out + err)
    const { has, lacks, ...rest } = await examine(before, restored, gone.url)
    const lost = name === 'latest' ? Math.max(0, before.killedAt - (lacks[0]?.at ?? before.killedAt)) : 0
    print(`${name}: ${JSON.stringify({ has: has.length, lacks: lacks.length, ...rest })}`)
    if (name === 'latest')
      print(`${(lost / 1000).toFixed(1).padStart(7)} s  of acknowledged messages lost (RPO)`)
    else
      print(
        `moment: all ${before.live.until.length} from before the moment are there: ${has.length === before.live.until.length}`,
      )
    await gone.stop()
  }
}

function startBuilt(file: string, args: string[], env: Record<string, string>) {
  return startProcess(process.execPath, ['--enable-source-maps', file, ...args], {
    env: { ...onlyPath(), PORT: '0', ...env },
  })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function readNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number.')
  return number
}
