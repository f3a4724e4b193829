import { useSignal } from '@preact/signals'
import { CancelDialog, Readers, RescheduleDialog } from './broadcast-acts.tsx'
import { BroadcastDialog } from './broadcast-dialog.tsx'
import { useConsole } from './context.ts'
import { BroadcastListDocument, type BroadcastListQuery, RemindDocument } from './operations.ts'
import { Listing, Moment, Person, SectionHead, Tag, TroubleBox } from './parts.tsx'
import { ReadShare } from './state.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { type Call, useCall, usePages } from './use-call.ts'

export type Broadcast = BroadcastListQuery['broadcasts']['nodes'][number]
type Act = 'new' | 'readers' | 'reschedule' | 'cancel'

const TONES = { SENT: 'good', SCHEDULED: 'info', CANCELLED: '' } as const

/** Broadcasts: those that were sent, scheduled or cancelled, their readers, and new ones. */
export function Broadcasts() {
  const { session, words, toast } = useConsole()
  const act = useSignal<{ name: Act; of?: Broadcast } | null>(null)
  const call = useCall()
  const pages = usePages<Broadcast>(
    async (after) => (await session.request(BroadcastListDocument, { after })).broadcasts,
  )
  const close = () => {
    act.value = null
  }
  const remind = (id: string) =>
    void call.run(async () => {
      const { remindedCount } = await change(session, RemindDocument, { broadcastId: id })
      toast.value = words.reminded(remindedCount)
    })
  const { name, of } = act.value ?? {}
  return (
    <>
      <SectionHead title={words.sections.broadcasts} hint={words.broadcastsHint}>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            act.value = { name: 'new' }
          }}
        >
          {words.newBroadcast}
        </button>
      </SectionHead>
      <TroubleBox trouble={call.trouble} />
      <Listing of={pages} icon="megaphone" empty={words.noneYet} hint={words.broadcastsEmpty}>
        {(nodes) => (
          <BroadcastTable
            nodes={nodes}
            call={call}
            onRemind={remind}
            onAct={(next) => {
              act.value = next
            }}
          />
        )}
      </Listing>
      {name === 'new' && <BroadcastDialog onDone={pages.reload} onClose={close} />}
      {name === 'readers' && of && <Readers of={of} onClose={close} />}
      {name === 'reschedule' && of && <RescheduleDialog of={of} onDone={pages.reload} onClose={close} />}
      {name === 'cancel' && of && <CancelDialog of={of} onDone={pages.reload} onClose={close} />}
    </>
  )
}

interface ActProps {
  call: Call
  onRemind: (id: string) => void
  onAct: (act: { name: Act; of: Broadcast }) => void
}

function BroadcastTable({ nodes, call, onRemind, onAct }: ActProps & { nodes: readonly Broadcast[] }) {
  const { words } = useConsole()
  return (
    <Table
      caption={words.sections.broadcasts}
      rows={nodes}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.subject,
          kind: 'wide',
          cell: ({ subject, audience }) => (
            <span>
              <bdi>{subject}</bdi>
              <small class="quiet under">{words.audiences[audience]}</small>
            </span>
          ),
        },
        {
          head: words.state,
          cell: ({ status }) => <Tag tone={TONES[status]}>{words.broadcastStates[status]}</Tag>,
        },
        { head: words.author, cell: ({ author }) => <Person of={author} /> },
        { head: words.read, cell: (one) => (one.status === 'SENT' ? <ReadShare of={one} /> : null) },
        {
          head: words.time,
          cell: ({ sentAt, scheduledFor }) => <Moment at={sentAt ?? scheduledFor ?? ''} />,
        },
        {
          head: words.acts,
          kind: 'acts',
          cell: (of) => <Acts of={of} call={call} onRemind={onRemind} onAct={onAct} />,
        },
      ]}
    />
  )
}

/** The acts that the viewer may do with a broadcast. */
function Acts({ of, call, onRemind, onAct }: ActProps & { of: Broadcast }) {
  const { words, viewer } = useConsole()
  const { id, status, author, readCount, recipientCount } = of
  const isOwn = author?.id === viewer.value?.user.id
  const isSent = status === 'SENT'
  const mayAudit = viewer.value?.permissions.includes('CONVERSATION_AUDIT')
  const button = (label: string, act: () => void) => (
    <button type="button" class="button small" disabled={call.isBusy} onClick={act}>
      {label}
      <span class="hidden"> {of.subject}</span>
    </button>
  )
  return (
    <span class="links">
      {isSent && (isOwn || mayAudit) && button(words.readers, () => onAct({ name: 'readers', of }))}
      {isSent && isOwn && readCount < recipientCount && button(words.remind, () => onRemind(id))}
      {status === 'SCHEDULED' && isOwn && button(words.reschedule, () => onAct({ name: 'reschedule', of }))}
      {status === 'SCHEDULED' && isOwn && button(words.cancelIt, () => onAct({ name: 'cancel', of }))}
    </span>
  )
}
