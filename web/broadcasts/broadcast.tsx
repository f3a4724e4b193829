import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { MessageFiles } from '../files/late-files.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import { cancelBroadcast, remind } from './calls.ts'
import { BroadcastDocument, type BroadcastQuery } from './operations.ts'
import { Readers } from './readers.tsx'
import { Reschedule } from './reschedule.tsx'
import { stateLine } from './state-line.ts'

type Shown = NonNullable<BroadcastQuery['broadcast']>

/** One's own broadcast: its text, its readers, and what can still be done about it. */
export function BroadcastView({ id }: { id: string }) {
  const { session, text, attempt } = useUi()
  const shown = useSignal<Shown | null | undefined>(undefined)
  useEffect(() => {
    shown.value = undefined
    void attempt(async () => {
      shown.value = (await session.request(BroadcastDocument, { id })).broadcast
    })
  }, [id])
  const broadcast = shown.value
  return (
    <section class="screen" aria-label={text.broadcast}>
      <Head title={text.broadcast} back={{ name: 'broadcasts' }} />
      <div class="screen-body">
        {broadcast === undefined && <Skeleton rows={4} label={text.loading} />}
        {broadcast === null && <EmptyState icon="info" title={text.nothingFound} />}
        {broadcast && (
          <>
            <Summary broadcast={broadcast} />
            <Acts
              broadcast={broadcast}
              onChange={(changed) => (shown.value = { ...broadcast, ...changed })}
            />
            {broadcast.status === 'SENT' && <Readers broadcast={broadcast} />}
          </>
        )}
      </div>
    </section>
  )
}

function Summary({ broadcast }: { broadcast: Shown }) {
  const ui = useUi()
  const { text } = ui
  const { subject, body, audience, priority, groups, attachments } = broadcast
  const titles = groups.nodes.map(({ title }) => title).join(', ')
  const line = [titles || text.audiences[audience], priority !== 'NORMAL' && text.priorities[priority]]
  return (
    <div class="summary">
      <h3 dir="auto">{subject || text.retracted}</h3>
      <p class="hint" dir="auto">
        {line.filter(Boolean).join(' · ')}
      </p>
      <p class="text" dir="auto">
        {body}
      </p>
      {attachments.length > 0 && <MessageFiles files={attachments} />}
      <p class="hint">{stateLine(broadcast, ui)}</p>
    </div>
  )
}

function Acts({ broadcast, onChange }: { broadcast: Shown; onChange(changed: Partial<Shown>): void }) {
  const { session, text, go, attempt, toast } = useUi()
  const isCancelling = useSignal(false)
  const { id, status, conversation, readCount, recipientCount } = broadcast
  const remindAll = () =>
    attempt(async () => {
      onChange(await remind(session, id))
      toast.value = text.reminded
    })
  return (
    <div class="buttons start">
      {conversation && (
        <button type="button" class="button" onClick={() => go({ name: 'thread', id: conversation.id })}>
          {text.openConversation}
        </button>
      )}
      {status === 'SENT' && readCount < recipientCount && (
        <button type="button" class="button" onClick={() => void remindAll()}>
          {text.remind}
        </button>
      )}
      {status === 'SCHEDULED' && (
        <>
          <Reschedule broadcast={broadcast} onChange={onChange} />
          <CancelButton
            isAsking={isCancelling}
            onAgree={() => attempt(async () => onChange(await cancelBroadcast(session, id)))}
          />
        </>
      )}
    </div>
  )
}

function CancelButton({ isAsking, onAgree }: { isAsking: Signal<boolean>; onAgree(): Promise<unknown> }) {
  const { text } = useUi()
  return (
    <>
      <button
        type="button"
        class="button danger-text"
        onClick={() => {
          isAsking.value = true
        }}
      >
        {text.cancelBroadcast}
      </button>
      {isAsking.value && (
        <ConfirmDialog
          question={text.confirmCancelBroadcast}
          act={text.cancelBroadcast}
          onClose={(agreed) => {
            isAsking.value = false
            if (agreed) void onAgree()
          }}
        />
      )}
    </>
  )
}
