const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  random_page_cost: '1.1',
  // A commit that was acknowledged is on disk.
  fsync: 'on',
  synchronous_commit: 'on',
  // Compiling a query costs more than any of the short ones here.
  jit: 'off',
  // Tables that have just begun to grow get their statistics before a plan without them does harm.
  autovacuum_naptime: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failures to start are told apart by their English text.
  lc_messages: 'C',
  // A failed statement is reported to the server, which logs it its own way; here its details would name people.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  // A failure to start is known by the number of its process.
  log_line_prefix: '%m [%p] ',
  cluster_name: 'colloquy',
}

/** The command line that settles how the embedded PostgreSQL serves, over whatever its configuration files say. */
export function serverOptions(port: number): string[] {
  return Object.entries({ ...settings, port: `${port}` }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
}
