import { Command, InvalidArgumentError } from 'commander'
import { auditVerify } from './audit-verify.ts'
import { serveBareFiles } from './bare-files.ts'
import { coldStart } from './cold-start.ts'
import { companyFlood } from './company-flood.ts'
import { departmentMoves } from './department-moves.ts'
import { exporting } from './export.ts'
import { fanOut, inboxFanOut } from './fan-out.ts'
import { files } from './files.ts'
import { flood } from './flood.ts'
import { auditedSend, judgedSend, restrictedPage } from './governed.ts'
import { growth } from './growth.ts'
import { hot } from './hot.ts'
import { inbox } from './inbox.ts'
import { listenInThisProcess } from './listener.ts'
import { page } from './page.ts'
import { partitions } from './partitions.ts'
import { people } from './people.ts'
import { presence } from './presence.ts'
import { purging } from './purge.ts'
import { reconnect } from './reconnect.ts'
import { replay } from './replay.ts'
import { replica } from './replica.ts'
import type { Report } from './report.ts'
import { resume, resumeLong, resumeMany } from './resume.ts'
import { scroll } from './scroll.ts'
import { search } from './search.ts'
import { send, sendMany } from './send.ts'
import { smsFairness } from './sms-fairness.ts'
import { soak } from './soak.ts'
import { stalled } from './stalled.ts'
import { webhooks } from './webhooks.ts'

/** The options of the command line. Workloads that are not sized ignore the others. */
interface Options {
  seconds: number
  subscribers?: number
  rate?: number
  messages?: number
  json?: boolean
}

const sized: Record<string, (options: Options) => Promise<Report>> = {
  'cold-start': coldStart,
  export: exporting,
  fanout: fanOut,
  growth,
  'inbox-fanout': inboxFanOut,
  partitions,
  reconnect,
  replay,
  scroll,
  soak,
}

const timed: Record<string, (seconds: number) => Promise<Report>> = {
  'audit-verify': auditVerify,
  'audited-send': auditedSend,
  'company-flood': companyFlood,
  'department-moves': departmentMoves,
  files,
  flood,
  hot,
  inbox,
  'judged-send': judgedSend,
  page,
  people,
  presence,
  purge: purging,
  replica,
  resume,
  'resume-long': resumeLong,
  'resume-many': resumeMany,
  'restricted-page': restrictedPage,
  search,
  send,
  'send-128': sendMany,
  'sms-fairness': smsFairness,
  stalled,
  webhooks,
}

const names = [...Object.keys(sized), ...Object.keys(timed)].sort()

const program = new Command('bench')
  .description(
    'Measures a workload against a server and a PostgreSQL of its own, beside the floor that the database sets where it sets one.',
  )
  .argument('<workload>', `one of: ${names.join(', ')}`)
  .option('--seconds <n>', 'how long to measure', readCount, 10)
  .option('--subscribers <n>', 'how many sockets with a subscription each, where that is chosen', readCount)
  .option('--rate <n>', 'messages a second of soak; by default half of what the machine bears', readCount)
  .option(
    '--messages <n>',
    'how many messages growth and partitions end with, export exports, or scroll scrolls',
    readCount,
  )
  .option('--json', 'print one JSON object as the last line')
  .action(async (name: string, options: Options) => {
    const [bySize, byTime] = [sized[name], timed[name]]
    if (bySize) print(await bySize(options), options.json ?? false)
    else if (byTime) print(await byTime(options.seconds), options.json ?? false)
    else program.error(`There is no workload "${name}"; there are: ${names.join(', ')}.`)
  })

// The process that a workload starts to receive messages.
program.command('listen', { hidden: true }).action(listenInThisProcess)
// The floor of the workload of files.
program.command('bare-files', { hidden: true }).action(serveBareFiles)

await program.parseAsync()

function print(report: Report, json: boolean): void {
  const lines = json
    ? [JSON.stringify(report)]
    : Object.entries(report).map(
        ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`,
      )
  process.stdout.write(`${lines.join('\n')}\n`)
}

function readCount(value: string): number {
  const count = Number(value)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Give a whole number.')
  return count
}
