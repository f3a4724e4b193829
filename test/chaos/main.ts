import { Command, InvalidArgumentError } from 'commander'
import { type FaultName, faults } from './faults.ts'
import { run } from './run.ts'

const MAX_REPORTED = 30

const program = new Command('chaos')
  .description('Proves delivery: writers and subscribers on two nodes, while everything fails that can.')
  .option('--seconds <n>', 'how long things fail', readNumber, 300)
  .option('--seed <n>', 'what decides when and what; the same seed plans the same faults', readNumber)
  .option('--rolling', 'only restart one node after the other')
  .option(
    '--upgrade-from <folder>',
    'only replace an older release, built there, by this one and back, as deploy/rolling-upgrade.sh does',
  )
  .option('--archive <n>', 'messages of another company that are there before an upgrade', readNumber, 0)
  .option(
    '--only <faults>',
    `some of these, separated by commas: ${Object.keys(faults).join(', ')}`,
    readFaults,
  )
  .action(
    async ({
      seconds,
      seed = newSeed(),
      rolling = false,
      upgradeFrom,
      archive,
      only = Object.keys(faults),
    }) => {
      print(`seed ${seed}, ${seconds} s${upgradeFrom ? ', an upgrade' : rolling ? ', rolling restarts' : ''}`)
      const wrong = await run({ seed, seconds, rolling, upgradeFrom, archive, only, print })
      if (wrong) conclude(wrong, seed)
      else process.exitCode = 2
    },
  )

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
await program.parseAsync()
// A connection that nobody answers any more must not keep the verdict waiting.
process.exit()

function conclude(wrong: string[], seed: number): void {
  if (wrong.length === 0) {
    print('VERDICT: nothing lost, nothing twice, everything in order')
    return
  }
  process.exitCode = 1
  for (const line of wrong.slice(0, MAX_REPORTED)) print(`WRONG: ${line}`)
  print(`VERDICT: ${wrong.length} things are wrong; run it again with --seed ${seed}`)
}

function print(line: string): void {
  process.stdout.write(`${process.uptime().toFixed(1).padStart(6)} ${line}\n`)
}

function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 31)
}

function readFaults(value: string): FaultName[] {
  const names = value.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(name in faults))
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no fault "${unknown}".`)
  return names as FaultName[]
}

function readNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('Give a whole number.')
  return number
}
