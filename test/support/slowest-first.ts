import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest; started last, one of them would run alone while the other workers idle. */
const slowest = [
  'server-process',
  'cli',
  'graphiql',
  'unread',
  'pubsub-outage',
  'rate-limiter-outage',
  'two-nodes',
  'live-order',
  'embedded-postgres',
  'live-outage',
]

/** Runs the slowest files first also where no earlier run has left its times, as on a fresh clone. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = slowest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
  return place === -1 ? slowest.length : place
}
