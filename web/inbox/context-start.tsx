import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { findContext, startContext } from '../store/calls.ts'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'

/** The page's thing has no conversation yet: says so, and starts one. */
export function ContextStart() {
  const { session, context, text, go, attempt } = useUi()
  const thing = context.value
  const isMissing = useSignal(false)
  // The next page may show nothing that has conversations.
  useEffect(() => {
    if (!thing) return go({ name: 'inbox' })
    void attempt(async () => {
      const conversation = await findContext(session, thing)
      if (conversation) go({ name: 'thread', id: conversation.id })
      else isMissing.value = true
    })
  }, [thing])
  if (!thing) return null
  const start = () =>
    attempt(async () => {
      const { id } = await startContext(session, thing, thing.id)
      go({ name: 'thread', id })
    })
  return (
    <section class="screen" aria-label={text.openContext(thing.id)}>
      <Head title={text.about(thing.id)} />
      {!isMissing.value && <Skeleton rows={3} label={text.loading} />}
      {isMissing.value && (
        <EmptyState icon="link" title={text.contextEmpty(thing.id)} hint={text.contextHint}>
          <button type="button" class="button primary" onClick={() => void start()}>
            {text.startContext}
          </button>
        </EmptyState>
      )}
    </section>
  )
}
