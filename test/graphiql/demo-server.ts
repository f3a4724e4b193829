import { createDemoData, demoUsers } from '../../src/seed/demo-data.ts'
import { createServer } from '../../src/server.ts'
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts'

/** A server with demo data and GraphiQL, as in development. */
export interface DemoServer extends AsyncDisposable {
  app: TestApp
  url: string
}

/** Starts one, on a free port unless told which. */
export async function startDemoServer(port = 0, options: TestAppOptions = {}): Promise<DemoServer> {
  const app = await startApp(options)
  const { services, redis } = app.application
  await createDemoData(services, app.issuer)
  const server = createServer({
    services,
    redis,
    demoUsers: () => demoUsers(app.issuer),
    webSockets: { limits: app.environment.sockets },
  })
  const url = await server.listen(port, '127.0.0.1')
  // Links to files begin with it.
  services.publicUrl = url
  return {
    app,
    url,
    async [Symbol.asyncDispose]() {
      await server.close()
      await app[Symbol.asyncDispose]()
    },
  }
}
