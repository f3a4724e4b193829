/** Measured costs of the parts of the work. docs/capacity.md tells how each was measured. */
export const COSTS = {
  /** CPU time of the server and of PostgreSQL for a message of 500 bytes, with its audit event. In milliseconds. */
  send: { server: 1.2, database: 0.62 },
  /** For a page of 50 messages. */
  page: { server: 2.3, database: 0.9 },
  /** For one event on one socket. */
  delivery: { server: 0.047 },
  /** Memory of a process before its first socket. In MiB. */
  processMiB: 300,
  /** Memory of a socket with a subscription: twice its live objects, as the heap needs room. In kB. */
  socketKb: 24,
  /** Bytes of a message that stay until it is purged, indexes and audit event included. */
  keptBytes: 2_250,
  /** Bytes of its live event, which are purged with the events. */
  eventBytes: 320,
  /** Bytes of its idempotency key, which are purged after seven days. */
  keyBytes: 475,
} as const

/** Bounds that the plan keeps within. */
export const BOUNDS = {
  /** Share of a core that may be used in the busiest second, so that waits stay short. */
  load: 0.6,
  /** Sockets of one process. As many were tried. */
  socketsPerNode: 12_500,
  /** Processes, so that one may fail or be replaced. */
  minNodes: 2,
  /** Cores of one PostgreSQL: a choice, as machines with more are rare. Beyond, companies are spread over several deployments. */
  databaseCores: 64,
  /** Stored data of one PostgreSQL: a choice, as a backup of more is hard to put back in time. In TiB. */
  databaseTiB: 8,
  /** Connections of one process with the default DATABASE_POOL_SIZE. */
  connectionsPerNode: 33,
  eventDays: 30,
  keyDays: 7,
} as const
