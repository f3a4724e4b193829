import type { createClient } from 'graphql-ws'
import type { GraphiqlSettings } from './settings.ts'
import type { TabStorage, tabMemory } from './tab-memory.ts'
import type { StreamSink, tabStreams } from './tab-streams.ts'

/** The properties of the page's window. */
interface GraphiqlWindow {
  MonacoEnvironment?: { globalAPI: boolean; getWorkerUrl(moduleId: string, label: string): string }
  YogaGraphiQL: { renderYogaGraphiQL(root: unknown, options: object): void }
  graphqlWs: { createClient: typeof createClient }
  document: { querySelector(selector: string): { textContent: string; value: string; click(): void } | null }
  localStorage: TabStorage
  location: { origin: string }
}

interface Operation {
  query: string
  variables?: Record<string, unknown>
  operationName?: string | null
}

/** Starts GraphiQL. It runs in the page, so its text refers only to its arguments. */
export function startGraphiql(
  window: GraphiqlWindow,
  makeMemory: typeof tabMemory,
  makeStreams: typeof tabStreams,
  workers: Record<string, string>,
): void {
  const { document, location, graphqlWs } = window
  const settings: GraphiqlSettings = JSON.parse(document.querySelector('#settings')?.textContent ?? '')
  const streams = makeStreams(() => document.querySelector('.graphiql-execute-button')?.click())
  window.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] ?? '' }
  window.YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    ...settings.options,
    storage: makeMemory(window.localStorage, settings),
    onTabChange: streams.tabChanged,
    // Otherwise GraphiQL writes each operation into the address, and opens one more tab after a reload.
    onEditQuery: undefined,
    fetcher(operation: Operation, { headers = {} }: { headers?: Record<string, string> } = {}) {
      const resumed = streams.resumed()
      if (resumed) return resumed
      const chosen = choose(operation)
      return chosen.type === 'subscription'
        ? streams.open((sink) => subscribe(chosen.operation, asPerson(headers), sink))
        : send(chosen.operation, asPerson(headers))
    },
  })

  /** The tab's own headers, or those of the person who is selected for all tabs. */
  function asPerson(given: Record<string, string>): Record<string, string> {
    const chosen = document.querySelector('#person select')?.value
    const person = chosen ? settings.people[Number(chosen)] : undefined
    const headers = Object.fromEntries(new Headers(given))
    if (!person) return headers
    return { ...headers, authorization: `Bearer ${person.token}`, 'x-company-id': person.companyId }
  }

  async function send(operation: Operation, given: Record<string, string>): Promise<unknown> {
    const headers = new Headers(given)
    headers.set('content-type', 'application/json')
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(operation) })
    return response.json()
  }

  /**
   * Subscribes over a WebSocket, as a frontend would. A browser opens at most six connections to a server over HTTP/1.1
   * in all windows, and each subscription over SSE would use one. GraphiQL's own client does not send the tab's token.
   */
  function subscribe(operation: Operation, given: Record<string, string>, sink: StreamSink): () => void {
    const headers = new Headers(given)
    const client = graphqlWs.createClient({
      url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
      connectionParams: {
        authorization: headers.get('authorization'),
        companyId: headers.get('x-company-id'),
      },
    })
    client.subscribe(operation, sink)
    return () => void client.dispose()
  }

  /** Reads the operation from the editor, because GraphiQL's own state is updated a tenth of a second later. */
  function choose({ query, operationName, ...rest }: Operation): { type: string; operation: Operation } {
    const found = [...topLevel(query).matchAll(/\b(query|mutation|subscription)\b[ \t]*(\w*)/g)]
    const named = found.find(([, , name]) => name && name === operationName)
    const [, type = 'query'] = named ?? found[0] ?? []
    return { type, operation: { ...rest, query, ...(named && operationName && { operationName }) } }
  }

  /** Returns a document without its comments, strings and bracketed parts. */
  function topLevel(query: string): string {
    const bare = query.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#.*/g, '')
    let depth = 0
    return [...bare]
      .filter((character) => {
        if ('{(['.includes(character)) depth += 1
        if ('})]'.includes(character)) depth -= 1
        return depth === 0
      })
      .join('')
  }
}
