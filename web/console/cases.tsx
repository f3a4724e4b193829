import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { CaseEvent } from '../link/protocol.ts'
import { CaseCard } from './case-card.tsx'
import { useConsole } from './context.ts'
import {
  CaseDocument,
  type CasePartsFragment,
  CasesDocument,
  type ModerationCaseState,
} from './operations.ts'
import { Listing, SectionHead } from './parts.tsx'
import { type Pages, usePages } from './use-call.ts'

/** A moment after the subscription was asked for, because nothing is replayed of what came before it began. */
const AGAIN_MS = 1_000

const STATES: readonly (ModerationCaseState | null)[] = [
  'OPEN',
  'APPROVED',
  'REJECTED',
  'DISMISSED',
  'RETRACTED',
  null,
]

/** The queue of moderation: held and reported messages, and the decisions about them. */
export function Cases() {
  const { session, words, text } = useConsole()
  const state = useSignal<ModerationCaseState | null>('OPEN')
  const pages = usePages<CasePartsFragment>(
    async (after) => (await session.request(CasesDocument, { state: state.value, after })).moderationCases,
    [state.value],
    keepDecided,
  )
  useLiveCases(pages, state.value)
  return (
    <>
      <SectionHead title={words.sections.cases} hint={words.casesHint} />
      <fieldset class="chips" aria-label={words.state}>
        {STATES.map((one) => (
          <button
            key={one}
            type="button"
            class="chip"
            aria-pressed={state.value === one}
            onClick={() => {
              pages.nodes.value = null
              state.value = one
            }}
          >
            {one === null ? text.all : words.caseStates[one]}
          </button>
        ))}
      </fieldset>
      <Listing
        of={pages}
        icon="check"
        empty={state.value === 'OPEN' ? words.noCases : words.noneYet}
        hint={state.value === 'OPEN' ? words.noCasesHint : ''}
      >
        {(cases) => (
          <ul class="cases">
            {cases.map((one) => (
              <li key={one.id}>
                <CaseCard of={one} onChange={(changed) => put(pages, changed)} />
              </li>
            ))}
          </ul>
        )}
      </Listing>
    </>
  )
}

/** Cases that were decided while they were shown stay where they are, though the list is read again. */
function keepDecided(
  shown: readonly CasePartsFragment[],
  read: readonly CasePartsFragment[],
): readonly CasePartsFragment[] {
  const now = new Map(read.map((one) => [one.id, one]))
  const kept = shown.filter(({ id, state }) => state !== 'OPEN' || now.has(id))
  const isShown = new Set(kept.map(({ id }) => id))
  return [...kept.map((one) => now.get(one.id) ?? one), ...read.filter(({ id }) => !isShown.has(id))]
}

/** Puts a case into the list. One that is decided stays where it is, so that nothing disappears while it is read. */
function put(pages: Pages<CasePartsFragment>, changed: CasePartsFragment): void {
  const cases = pages.nodes.peek() ?? []
  pages.nodes.value = cases.some(({ id }) => id === changed.id)
    ? cases.map((one) => (one.id === changed.id ? changed : one))
    : [...cases, changed]
}

/** Follows cases that are opened and decided, also by others. */
function useLiveCases(pages: Pages<CasePartsFragment>, shown: ModerationCaseState | null): void {
  const { session, words, announcement } = useConsole()
  const { connected, phase } = session
  const isReady = phase.value === 'ready'
  async function take(id: string) {
    const { node } = await session.request(CaseDocument, { id })
    if (node?.__typename !== 'ModerationCase') return
    const isListed = pages.nodes.peek()?.some((one) => one.id === id)
    // Those of later pages are found there.
    if (isListed || (!pages.hasMore && (shown === null || node.state === shown))) put(pages, node)
  }
  async function catchUp() {
    const { nodes } = (await session.request(CasesDocument, { state: shown, after: null })).moderationCases
    const gone = (pages.nodes.peek() ?? []).filter(
      ({ id, state }) => state === 'OPEN' && !nodes.some((one) => one.id === id),
    )
    for (const one of nodes) put(pages, one)
    for (const { id } of gone) await take(id)
  }
  useEffect(() => {
    if (!isReady) return
    return session.link?.follow('moderation', {
      read: async () => '',
      event({ case: { id }, __typename }: CaseEvent) {
        void take(id).catch(pages.reload)
        if (__typename === 'ModerationCaseOpened') announcement.value = words.caseOpened
      },
      ended: () => pages.reload(),
    })
  }, [isReady, shown, pages.hasMore])
  useEffect(() => {
    if (!isReady || !connected.value) return
    const timer = setTimeout(() => pages.nodes.peek() && void catchUp().catch(() => {}), AGAIN_MS)
    return () => clearTimeout(timer)
  }, [isReady, connected.value])
}
