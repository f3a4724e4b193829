import { StartupProblem } from '../../startup-problem.ts'
import { BOUNDS, COSTS } from './costs.ts'

/** The size of an installation, and how it is used. */
export interface Demand {
  companies: number
  users: number
  /** Messages of all companies together. */
  messagesPerDay: number
  /** Percentage of the users who are connected at the busiest time. */
  online: number
  /** People who see an average message live. */
  recipients: number
  /** Pages that are read for each message that is sent. */
  pages: number
  /** How many times as much as on average is sent in the busiest second. */
  peak: number
  retentionDays: number
}

/** The installation that a demand needs. */
export interface Plan {
  /** Per second, in the busiest second. */
  peak: { sends: number; deliveries: number; pages: number }
  sockets: number
  /** Deployments that the companies are spread over; each has a PostgreSQL and a Redis of its own. */
  deployments: number
  /** Server processes of each deployment, with a core each, and the reason for their number. */
  nodes: { count: number; because: 'sockets' | 'work' | 'spare'; memoryMiB: number; socketsEach: number }
  /** PostgreSQL of each deployment. */
  database: { cores: number; connections: number; storedGiB: number; grownGiBPerDay: number }
  /** Files in KEY_DIR of each deployment: a secret and a note of the audit trail of each company. */
  keyFiles: number
}

const SECONDS_PER_DAY = 86_400
const GIB = 2 ** 30

/** Plans for a demand. Throws StartupProblem for one that contradicts itself or that deployments cannot share. */
export function planFor(demand: Demand): Plan {
  const { companies, users, messagesPerDay } = demand
  if (users < companies) throw new StartupProblem('--users is less than --companies: each has an owner.')
  const sends = (messagesPerDay / SECONDS_PER_DAY) * demand.peak
  const peak = { sends, deliveries: sends * demand.recipients, pages: sends * demand.pages }
  const sockets = Math.ceil((users * demand.online) / 100)
  const databaseCores = coresFor(sends * COSTS.send.database + peak.pages * COSTS.page.database)
  const storedGiB = (messagesPerDay * storedBytes(demand.retentionDays)) / GIB
  const deployments = Math.ceil(
    Math.max(1, databaseCores / BOUNDS.databaseCores, storedGiB / (BOUNDS.databaseTiB * 1024)),
  )
  if (deployments > companies)
    throw new StartupProblem(
      `This needs ${deployments} deployments, and --companies ${companies} can be spread over no more than ${companies}: a company is in one deployment. Lower --retention-days, --peak or --messages-per-day.`,
    )
  const nodes = nodesFor(sockets / deployments, {
    sends: sends / deployments,
    deliveries: peak.deliveries / deployments,
    pages: peak.pages / deployments,
  })
  return {
    peak: { sends: up(sends), deliveries: up(peak.deliveries), pages: up(peak.pages) },
    sockets,
    deployments,
    nodes,
    database: {
      cores: Math.max(1, Math.ceil(databaseCores / deployments)),
      connections: nodes.count * BOUNDS.connectionsPerNode,
      storedGiB: up(storedGiB / deployments),
      grownGiBPerDay: tenths((messagesPerDay * COSTS.keptBytes) / GIB / deployments),
    },
    keyFiles: Math.ceil(companies / deployments) * 2,
  }
}

/** The processes of one deployment. One more than the work needs, so that it is done while one is replaced. */
function nodesFor(sockets: number, { sends, deliveries, pages }: Plan['peak']): Plan['nodes'] {
  const work = Math.ceil(
    coresFor(sends * COSTS.send.server + deliveries * COSTS.delivery.server + pages * COSTS.page.server),
  )
  const bySockets = Math.ceil(sockets / BOUNDS.socketsPerNode)
  const needed = Math.max(work, bySockets, 1)
  const count = Math.max(needed + 1, BOUNDS.minNodes)
  // The sockets of a node that is replaced come to the others.
  const socketsEach = Math.ceil(sockets / needed)
  const memoryMiB = Math.ceil(COSTS.processMiB + (socketsEach * COSTS.socketKb) / 1024)
  const because = needed === 1 ? 'spare' : work >= bySockets ? 'work' : 'sockets'
  return { count, because, memoryMiB, socketsEach }
}

/** The cores that compute for so many milliseconds a second, at the load that keeps waits short. */
function coresFor(millisecondsPerSecond: number): number {
  return millisecondsPerSecond / 1000 / BOUNDS.load
}

function storedBytes(retentionDays: number): number {
  return (
    COSTS.keptBytes * retentionDays +
    COSTS.eventBytes * Math.min(retentionDays, BOUNDS.eventDays) +
    COSTS.keyBytes * Math.min(retentionDays, BOUNDS.keyDays)
  )
}

function up(value: number): number {
  return Math.ceil(value)
}

function tenths(value: number): number {
  return Math.ceil(value * 10) / 10
}
