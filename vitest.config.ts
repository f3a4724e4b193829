import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './test/support/slowest-first.ts'

export default defineConfig({
  // Node takes the CommonJS build of graphql, and Vite would take the other: two copies do not mix.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores serve the tests, PostgreSQL and Redis alike. A file waits for more than half of its time.
    maxWorkers: 4,
    // As in production: objects of one request die young, before they are copied.
    execArgv: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
    // A worker loads the application once for all its files, so what a file opens or changes in the process it puts back.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
  },
})
