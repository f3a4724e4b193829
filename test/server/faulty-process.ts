import { runServer } from '../../src/run-process.ts'

/** A server that fails where nobody catches it, once it is ready, and says when it has put everything away. */
await runServer(async (stop) => {
  process.stdout.write('ready\n')
  const stopped = new Promise((resolve) => stop.addEventListener('abort', resolve))
  const keepAlive = setInterval(() => {}, 60_000)
  if (process.argv[2] === 'rejection') void Promise.reject(new Error('nobody caught this'))
  else setImmediate(() => JSON.parse('nobody caught this'))
  await stopped
  clearInterval(keepAlive)
  process.stdout.write('put away\n')
})
