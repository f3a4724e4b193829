const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  random_page_cost: '1.1',
  // An acknowledged commit is on disk.
  fsync: 'on',
  synchronous_commit: 'on',
  // Compiling a query costs more than any of these short queries.
  jit: 'off',
  // Tables that grow get statistics before plans without them do harm.
  autovacuum_naptime: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failures to start are recognised by their English text.
  lc_messages: 'C',
  // The server logs failed statements in its own way. Here their details would contain names of people.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  // The process number identifies the failure of a start.
  log_line_prefix: '%m [%p] ',
  cluster_name: 'colloquy',
}

/** Returns the command line with the settings of the embedded PostgreSQL. They override its configuration files. */
export function serverOptions(port: number, changes: Record<string, string> = {}): string[] {
  return Object.entries({ ...settings, ...changes, port: `${port}` }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
}
