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
  'identity',
  'job-faults',
  'presence-changes',
  'presence-outages',
  'presence-nodes',
  'presence-sessions',
  'rate-limiter-outage',
  'token-keys',
  'live-outage',
  'pubsub-outage',
  'live-waiting',
  'bad-text',
  'access-ends',
  'kms',
  'policy-changes',
  'overload',
  'send-overload',
  'stalled-answers',
  'issuer-outages',
  'jobs',
  'policy-start',
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
