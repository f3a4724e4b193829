import { startContext } from '../store/calls.ts'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { EmptyState } from '../ui/state.tsx'

/** The page's thing has no conversation yet: says so, and starts one. */
export function ContextStart() {
  const { session, context, text, go, attempt } = useUi()
  const thing = context.value
  if (!thing) return null
  const start = () =>
    attempt(async () => {
      const { id } = await startContext(session, thing, thing.id)
      go({ name: 'thread', id })
    })
  return (
    <section class="screen" aria-label={text.openContext(thing.id)}>
      <Head title={text.about(thing.id)} />
      <EmptyState icon="link" title={text.contextEmpty(thing.id)} hint={text.contextHint}>
        <button type="button" class="button primary" onClick={() => void start()}>
          {text.startContext}
        </button>
      </EmptyState>
    </section>
  )
}
