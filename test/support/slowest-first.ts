import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest; started last, one of them would run alone while the other workers idle. */
const slowest = [
  'server-process',
  'graphiql',
  'widget',
  'messenger',
  'bad-moments',
  'accessibility',
  'doctor',
  'embedded-postgres',
  'two-nodes',
  'tenant-isolation',
  'migrate',
  'command-line',
  'console',
  'presence-changes',
  'identity',
  'live-missed',
  'membership',
  'job-faults',
  'presence-outages',
  'presence-nodes',
  'presence-sessions',
  'rate-limiter-outage',
  'live-outage',
  'pubsub-outage',
  'plans',
  'live-resume',
  'bad-text',
  'interrupted-purge',
  'access-ends',
  'live-waiting',
  'live-removal-races',
  'unread',
  'allowed-actions',
  'typing',
  'rate-limits',
  'kms',
  'scheduled-broadcasts',
  'live-order',
  'package',
  'retention',
  'retention-replay',
  'stalled-answers',
  'token-keys',
  'answered-text',
  'destroyed-company',
  'demo-data',
  'key-directory',
  'shadowing',
  'policy-changes',
  'policy-start',
  'overload',
  'issuer-outages',
  'jobs',
  'mute',
]

/** Runs the slowest files first also where no earlier run has left its times, as on a fresh clone. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = slowest.findIndex((name) => moduleId.includes(`/${name}.`))
  return place === -1 ? slowest.length : place
}
