import { defineConfig } from 'prisma/config'

// `prisma generate` looks for a native schema engine that it then does not run, and downloads one on a fresh machine. Any
// executable satisfies it; migrations use the WebAssembly engine (src/database/schema-engine.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
