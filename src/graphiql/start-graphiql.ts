import type { createClient } from 'graphql-ws'
import type { GraphiqlSettings } from './settings.ts'
import type { TabMemory, TabStorage } from './tab-memory.ts'
import type { StreamSink, TabStreams } from './tab-streams.ts'

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

/** The page of GraphiQL: sends its operations as the chosen person. It runs there, so its text refers only to its arguments. */
export class GraphiqlStart {
  readonly #window: GraphiqlWindow
  readonly #settings: GraphiqlSettings
  readonly #streams: TabStreams

  constructor(window: GraphiqlWindow, Streams: typeof TabStreams) {
    const { document } = window
    this.#window = window
    this.#settings = JSON.parse(document.querySelector('#settings')?.textContent ?? '')
    this.#streams = new Streams(() => document.querySelector('.graphiql-execute-button')?.click())
  }

  /** Shows GraphiQL. `workers` are the addresses of the editor's workers by their labels. */
  show(Memory: typeof TabMemory, workers: Record<string, string>): void {
    const window = this.#window
    window.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] ?? '' }
    window.YogaGraphiQL.renderYogaGraphiQL(window.document.querySelector('#root'), {
      ...this.#settings.options,
      storage: new Memory(window.localStorage, this.#settings),
      onTabChange: (tabs: Parameters<TabStreams['tabChanged']>[0]) => this.#streams.tabChanged(tabs),
      // Otherwise GraphiQL writes each operation into the address, and opens one more tab after a reload.
      onEditQuery: undefined,
      fetcher: (operation: Operation, { headers = {} }: { headers?: Record<string, string> } = {}) =>
        this.#streams.resumed() ?? this.#run(operation, headers),
    })
  }

  #run(given: Operation, tabHeaders: Record<string, string>): AsyncIterable<unknown> | Promise<unknown> {
    const { type, operation } = this.#choose(given)
    return type === 'subscription'
      ? this.#streams.open((sink) => this.#subscribe(operation, this.#asPerson(tabHeaders), sink))
      : this.#send(operation, this.#asPerson(tabHeaders))
  }

  /** The tab's own headers, or those of the person who is selected for all tabs. */
  #asPerson(given: Record<string, string>): Record<string, string> {
    const chosen = this.#window.document.querySelector('#person select')?.value
    const person = chosen ? this.#settings.people[Number(chosen)] : undefined
    const headers = Object.fromEntries(new Headers(given))
    if (!person) return headers
    return { ...headers, authorization: `Bearer ${person.token}`, 'x-company-id': person.companyId }
  }

  async #send(operation: Operation, given: Record<string, string>): Promise<unknown> {
    const headers = new Headers(given)
    headers.set('content-type', 'application/json')
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(operation) })
    return response.json()
  }

  /**
   * Subscribes over a WebSocket, as a frontend would. A browser opens at most six connections to a server over HTTP/1.1
   * in all windows, and each subscription over SSE would use one. GraphiQL's own client does not send the tab's token.
   */
  #subscribe(operation: Operation, given: Record<string, string>, sink: StreamSink): () => void {
    const { graphqlWs, location } = this.#window
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
  #choose({ query, operationName, ...rest }: Operation): { type: string; operation: Operation } {
    const found = [...this.#topLevel(query).matchAll(/\b(query|mutation|subscription)\b[ \t]*(\w*)/g)]
    const named = found.find(([, , name]) => name && name === operationName)
    const [, type = 'query'] = named ?? found[0] ?? []
    return { type, operation: { ...rest, query, ...(named && operationName && { operationName }) } }
  }

  /** Returns a document without its comments, strings and bracketed parts. */
  #topLevel(query: string): string {
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
