import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { cpuMs } from './cpu.ts'
import { openHeap } from './memory.ts'
import { post } from './reading.ts'
import { percentile, type Report, round } from './report.ts'
import { type Actor, setStage } from './stage.ts'
import { holdDownload, readBytes, sendBytes } from './transferring.ts'

const MIB = 1024 * 1024
const PART_BYTES = 8 * MIB
const FILE_BYTES = 8 * PART_BYTES
const WORKERS = 4
const HELD = 100

const UPLOAD = `mutation Upload($input: CreateUploadInput!) { createUpload(input: $input) {
  ... on CreateUploadPayload { attachment { id } uploadUrl } ... on UserError { detail } } }`
const LINK = `mutation Link($input: CreateAttachmentLinkInput!) { createAttachmentLink(input: $input) {
  ... on CreateAttachmentLinkPayload { url } ... on UserError { detail } } }`

/** Rates of a transfer in MB (10^6 bytes) a second: of all workers together, and of each second that the server computes. */
interface Rate {
  perSecond: number
  perCpuSecond: number
}

/**
 * Uploads and downloads of 64 MiB by 4 people at once, the first byte at random places of a file, and the memory that 100 downloads hold
 * which nobody reads; beside a bare HTTP server that encrypts and decrypts the same bytes.
 */
export async function files(seconds: number): Promise<Report> {
  await using stage = await setStage({
    companies: 1,
    people: WORKERS,
    variables: { FILE_QUOTA_MB: '900000' },
  })
  const [company] = stage.companies
  const people = company?.actors ?? []
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * HELD })
  const bytes = randomBytes(PART_BYTES)
  const ask = askAt(stage.url, agent)
  await using bare = await startBare()
  const uploadFloor = await transfer(bare.pid, seconds, async (worker) => {
    await sendBytes(`${bare.url}/${worker}`, agent, bytes, { method: 'PUT' })
    return bytes.length
  })
  const downloadFloor = await transfer(bare.pid, seconds, async (worker) => {
    return (await readBytes(`${bare.url}/${worker}`, agent)).bytes
  })
  const up = await transfer(stage.pid, seconds, async (worker) => {
    await uploadFile(ask, people[worker] as Actor, agent, stage.url, bytes)
    return FILE_BYTES
  })
  const links = await Promise.all(
    people.map(async (person) => {
      const attachmentId = await uploadFile(ask, person, agent, stage.url, bytes)
      const { url } = await ask(person, LINK, { attachmentId })
      return here(stage.url, url)
    }),
  )
  const linkOf = (worker: number) => links[worker] ?? ''
  const down = await transfer(stage.pid, seconds, async (worker) => {
    return (await readBytes(linkOf(worker), agent)).bytes
  })
  const firsts: number[] = []
  await transfer(stage.pid, seconds, async (worker) => {
    const from = Math.floor(Math.random() * (FILE_BYTES - 1))
    const range = `bytes=${from}-${Math.min(FILE_BYTES - 1, from + 100_000)}`
    const { bytes: read, firstMs } = await readBytes(linkOf(worker), agent, range)
    firsts.push(firstMs)
    return read
  })
  const held = await heldMiB(stage.pid, linkOf(0), agent)
  agent.destroy()
  return {
    workload: 'files',
    opsPerSecond: up.perSecond,
    p50Ms: percentile(firsts, 0.5),
    p95Ms: percentile(firsts, 0.95),
    p99Ms: percentile(firsts, 0.99),
    ...{ errors: 0, lost: 0, duplicates: 0, outOfOrder: 0 },
    floor: { name: 'bare HTTP, AES-GCM and disk', opsPerSecond: uploadFloor.perSecond },
    ratio: round(up.perSecond / uploadFloor.perSecond),
    transfers: { upload: up, download: down, uploadFloor, downloadFloor },
    heldMiB: held,
  }
}

type Ask = (person: Actor, query: string, input: object) => Promise<Record<string, string>>

function askAt(url: string, agent: Agent): Ask {
  return async (person, query, input) => {
    const answer = await post(url, agent, person.token, JSON.stringify({ query, variables: { input } }))
    const [payload] = Object.values(JSON.parse(answer).data) as [Record<string, string>]
    if (payload.detail) throw new Error(payload.detail)
    return payload
  }
}

async function uploadFile(
  ask: Ask,
  person: Actor,
  agent: Agent,
  server: string,
  part: Buffer,
): Promise<string> {
  const input = { fileName: 'bench.bin', kind: 'FILE', size: FILE_BYTES }
  const { attachment, uploadUrl = '' } = await ask(person, UPLOAD, input)
  for (let offset = 0; offset < FILE_BYTES; offset += PART_BYTES)
    await sendBytes(here(server, uploadUrl), agent, part, {
      method: 'PATCH',
      headers: {
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
      },
    })
  return (attachment as unknown as { id: string }).id
}

/** The same address at this server, whatever its public address is. */
function here(server: string, url = ''): string {
  return server + new URL(url).pathname
}

async function transfer(
  pid: number,
  seconds: number,
  work: (worker: number) => Promise<number>,
): Promise<Rate> {
  await work(0)
  const [started, computed] = [performance.now(), await cpuMs(pid)]
  let bytes = 0
  const workers = Array.from({ length: WORKERS }, async (_each, worker) => {
    while (performance.now() - started < seconds * 1000) bytes += await work(worker)
  })
  await Promise.all(workers)
  const [tookMs, cpu] = [performance.now() - started, (await cpuMs(pid)) - computed]
  return { perSecond: round(bytes / tookMs / 1_000), perCpuSecond: round(bytes / cpu / 1_000) }
}

/** Growth of the server's memory by 100 downloads that are under way. */
async function heldMiB(pid: number, url: string, agent: Agent): Promise<{ live: number; resident: number }> {
  await using heap = await openHeap(pid)
  const before = await heap.settled()
  const ends = await Promise.all(Array.from({ length: HELD }, () => holdDownload(url, agent)))
  const during = await heap.settled()
  for (const end of ends) end()
  return {
    live: round((during.heapBytes - before.heapBytes) / MIB),
    resident: round((during.residentBytes - before.residentBytes) / MIB),
  }
}

async function startBare() {
  const child = fork(process.argv[1] ?? '', ['bare-files'])
  const [port] = await once(child, 'message')
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
