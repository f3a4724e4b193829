import { BOUNDS } from './capacity/costs.ts'
import { type Demand, type Plan, planFor } from './capacity/plan.ts'

/** Prints the processes, memory and storage that a demand needs, from measured costs. Throws StartupProblem. */
export async function capacity({ json, ...demand }: Demand & { json?: boolean }): Promise<void> {
  const plan = planFor(demand)
  process.stdout.write(json ? `${JSON.stringify({ demand, plan })}\n` : inWords(demand, plan))
}

const REASONS: Record<Plan['nodes']['because'], string> = {
  sockets: 'as many as the sockets need, and one to spare',
  work: 'as many as the work needs, and one to spare',
  spare: 'one does the work, and one is to spare',
}

function inWords(demand: Demand, plan: Plan): string {
  const { peak, nodes, database, deployments } = plan
  const of = deployments > 1 ? ' of each deployment' : ''
  const lines = [
    `${count(demand.companies)} companies, ${count(demand.users)} users, ${count(demand.messagesPerDay)} messages a day`,
    '',
    `busiest second   ${count(peak.sends)} sends, ${count(peak.deliveries)} deliveries, ${count(peak.pages)} pages`,
    `sockets          ${count(plan.sockets)}`,
    ...(deployments > 1
      ? [`deployments      ${count(deployments)}, with some ${spread(demand, plan)} companies each`]
      : []),
    `nodes${of}: ${count(nodes.count)} with a core and ${count(nodes.memoryMiB)} MiB each; ${REASONS[nodes.because]}`,
    `PostgreSQL${of}: ${count(database.cores)} ${database.cores === 1 ? 'core' : 'cores'}, ${count(database.connections)} connections, ${count(database.storedGiB)} GiB after ${count(demand.retentionDays)} days, ${database.grownGiBPerDay} GiB more a day until then`,
    `KEY_DIR${of}: ${count(plan.keyFiles)} small files`,
    '',
    `Cores are used for ${BOUNDS.load * 100} % in the busiest second. docs/capacity.md tells of costs and assumptions.`,
  ]
  return `${lines.join('\n')}\n`
}

function spread({ companies }: Demand, { deployments }: Plan): string {
  return count(Math.ceil(companies / deployments))
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
