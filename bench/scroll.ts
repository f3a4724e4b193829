import { Agent } from 'node:http'
import type { CDPSession, Page } from 'playwright-core'
import { findChromium, launchChromium } from '../test/graphiql/browser.ts'
import { stepsOf, type Walk, walk } from '../test/web/walk.ts'
import { frameWork } from './frame-work.ts'
import { percentile, type Report, round } from './report.ts'
import { prose, sendOne } from './sending.ts'
import { type Actor, setStage } from './stage.ts'

const WRITERS = 16
const MAX_STEP_PX = 4_800
const SEEDED_STEPS = 1_000
const TRACED_STEPS = 300

/**
 * A conversation in the messenger of a real Chromium: it opens at the first unread message, in its middle, and is scrolled to the
 * first message, to the last one, and by seeded steps. The latencies are the main thread's work for a frame.
 */
export async function scroll({ messages = 10_000 }: { messages?: number }): Promise<Report> {
  const chromium = findChromium()
  if (!chromium) throw new Error('There is no Chromium.')
  await using stage = await setStage({ companies: 1, people: 2 })
  const [reader, author] = stage.companies[0]?.actors ?? []
  if (!reader || !author) throw new Error('There are no people.')
  await fill(stage.url, author, reader, messages)
  await readHalf(stage.url, reader, messages)
  const browser = await launchChromium(chromium)
  try {
    const page = await visit(await browser.newPage(), stage.url, reader)
    const memory = await page.context().newCDPSession(page)
    const opened = await open(page, messages)
    const before = await heapMiB(memory)
    const up = await walk(page, { steps: stepsOf(-MAX_STEP_PX, messages), last: messages })
    const down = await walk(page, { steps: stepsOf(MAX_STEP_PX, messages), last: messages })
    const about = await walk(page, { steps: seededSteps(SEEDED_STEPS), last: messages })
    const grown = (await heapMiB(memory)) - before
    await browser.startTracing(page, {
      categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel'],
    })
    await walk(page, { steps: stepsOf(-MAX_STEP_PX, TRACED_STEPS), last: messages, isBlind: true })
    const frames = frameWork(await browser.stopTracing())
    return report({ messages, walks: [up, down, about], frames, opened, grown })
  } finally {
    await browser.close()
  }
}

async function fill(url: string, author: Actor, reader: Actor, messages: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: WRITERS })
  const write = async (from: number) => {
    for (let at = from; at < messages; at += WRITERS)
      await sendOne(url, agent, author, reader, prose(20 + ((at * 37) % 600)))
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, from) => write(from)))
  agent.destroy()
}

/** Half of the messages are read, so that the first unread one is far from both ends. */
async function readHalf(url: string, reader: Actor, messages: number): Promise<void> {
  const { conversations } = await call(url, reader, '{ conversations(first: 1) { nodes { id } } }')
  const input = { conversationId: conversations.nodes[0].id, upToSeq: Math.floor(messages / 2) }
  await call(
    url,
    reader,
    'mutation ($input: MarkReadInput!) { markRead(input: $input) { __typename } }',
    input,
  )
}

async function call(url: string, { token }: Actor, query: string, input?: object) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: input && { input } }),
  })
  const { data, errors } = (await response.json()) as { data: never; errors?: unknown }
  if (errors) throw new Error(JSON.stringify(errors))
  return data as { conversations: { nodes: [{ id: string }] } }
}

/** Shows the messenger in a page of the server's own origin. */
async function visit(page: Page, url: string, { token }: Actor): Promise<Page> {
  await page.route('**/token', (route) => route.fulfill({ json: { token } }))
  await page.route('**/page', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><meta charset="utf-8"><body style="margin: 0; height: 100vh">
        <script type="module" src="/ui/colloquy.js"></script><colloquy-messenger token-url="/token"></colloquy-messenger>`,
    }),
  )
  await page.goto(`${url}/page`)
  return page
}

/** Opens the conversation; gives the requests and the time until its first unread message is there. */
async function open(page: Page, messages: number): Promise<{ requests: number; ms: number }> {
  const item = page.locator('.item')
  await item.waitFor()
  let requests = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/graphql') && /query Page\b/.test(request.postData() ?? '')) requests += 1
  })
  const ms = await page.evaluate<number>(`(async () => {
    const root = document.querySelector('colloquy-messenger').shadowRoot
    const begun = performance.now()
    root.querySelector('.item').click()
    while (!root.querySelector('[data-seq="${Math.floor(messages / 2) + 1}"]')) await new Promise(requestAnimationFrame)
    return performance.now() - begun
  })()`)
  return { requests, ms }
}

/** The same steps each time, up and down by as much. */
function seededSteps(count: number): number[] {
  let seed = 1
  return Array.from({ length: count }, () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.round((seed / 2 ** 32 - 0.5) * 2 * MAX_STEP_PX)
  })
}

async function heapMiB(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize / 2 ** 20
}

function report(found: {
  messages: number
  walks: [up: Walk, down: Walk, about: Walk]
  frames: number[]
  opened: { requests: number; ms: number }
  grown: number
}): Report {
  const { messages, walks, frames, opened, grown } = found
  const worst = (of: (walk: Walk) => number) => Math.max(...walks.map(of))
  return {
    workload: 'scroll',
    opsPerSecond: 0,
    p50Ms: percentile(frames, 0.5),
    p95Ms: percentile(frames, 0.95),
    p99Ms: percentile(frames, 0.99),
    errors: walks[0].range[0] === 1 && walks[1].range[1] === messages ? 0 : 1,
    lost: messages - walks[1].seen,
    duplicates: 0,
    outOfOrder: worst(({ disorders }) => disorders),
    size: { messages, frames: frames.length, mostInPage: worst(({ most }) => most) },
    compared: {
      drift: { px: round(worst(({ drift }) => drift)), seededPx: round(walks[2].drift) },
      opening: { requests: opened.requests, ms: round(opened.ms) },
      heap: { grownMiB: round(grown) },
    },
  }
}
