import type { Answer } from './client.ts'

/** The answer to an operation over Server-Sent Events, up to its end. */
export interface SseAnswer {
  status: number
  answers: Answer[]
}

/** Sends one operation over Server-Sent Events and reads until the stream ends or `enough` answers have come. */
export async function overSse(
  url: string,
  headers: Record<string, string>,
  query: string,
  { variables = {}, enough = Number.POSITIVE_INFINITY, onOpen = () => {} } = {} as {
    variables?: Record<string, unknown>
    enough?: number
    onOpen?: () => unknown
  },
): Promise<SseAnswer> {
  const leaving = new AbortController()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  })
  onOpen()
  const answers: Answer[] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8')
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    answers.push(...blocks.flatMap(readBlock))
    if (answers.length >= enough) break
  }
  leaving.abort()
  return { status: response.status, answers }
}

function readBlock(block: string): Answer[] {
  if (!block.includes('event: next')) return []
  const data = block.split('\n').find((line) => line.startsWith('data: ')) ?? ''
  return [JSON.parse(data.slice('data: '.length)) as Answer]
}
