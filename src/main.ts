import { serve } from './cli/serve.ts'
import { runServer } from './run-process.ts'

await runServer(serve)
