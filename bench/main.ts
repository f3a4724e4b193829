import { Command, InvalidArgumentError } from 'commander'
import { fanOut, inboxFanOut } from './fan-out.ts'
import { listenInThisProcess } from './fan-out-client.ts'
import { flood } from './flood.ts'
import { judgedSend, restrictedPage } from './governed.ts'
import { hot } from './hot.ts'
import { inbox } from './inbox.ts'
import { page } from './page.ts'
import { people } from './people.ts'
import { presence } from './presence.ts'
import type { Report } from './report.ts'
import { resume, resumeLong, resumeMany } from './resume.ts'
import { search } from './search.ts'
import { send, sendMany } from './send.ts'
import { stalled } from './stalled.ts'

const workloads: Record<string, (seconds: number) => Promise<Report>> = {
  flood,
  fanout: fanOut,
  hot,
  inbox,
  'inbox-fanout': inboxFanOut,
  'judged-send': judgedSend,
  page,
  people,
  presence,
  resume,
  'resume-long': resumeLong,
  'resume-many': resumeMany,
  'restricted-page': restrictedPage,
  search,
  send,
  'send-128': sendMany,
  stalled,
}

const program = new Command('bench')
  .description(
    'Measures a workload against a server and a PostgreSQL of its own, beside the floor that the database sets where it sets one.',
  )
  .argument('<workload>', `one of: ${Object.keys(workloads).join(', ')}`)
  .option('--seconds <n>', 'how long to measure', readSeconds, 10)
  .option('--json', 'print one JSON object as the last line')
  .action(async (name: string, { seconds, json }: { seconds: number; json?: boolean }) => {
    const workload = workloads[name]
    if (!workload)
      program.error(`There is no workload "${name}"; there are: ${Object.keys(workloads).join(', ')}.`)
    else print(await workload(seconds), json ?? false)
  })

// The process that a workload starts to receive messages.
program.command('listen', { hidden: true }).action(listenInThisProcess)

await program.parseAsync()

function print(report: Report, json: boolean): void {
  const lines = json
    ? [JSON.stringify(report)]
    : Object.entries(report).map(
        ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`,
      )
  process.stdout.write(`${lines.join('\n')}\n`)
}

function readSeconds(value: string): number {
  const seconds = Number(value)
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new InvalidArgumentError('Give a whole number of seconds.')
  return seconds
}
