import { lazy } from '../ui/lazy.tsx'
import { useConsole, useDraft } from './context.ts'
import { TextField } from './form.tsx'
import { type CasePartsFragment, DecideDocument, type ModerationDecision } from './operations.ts'
import { Moment, Person, Tag, TroubleBox } from './parts.tsx'
import { ConversationName } from './state.tsx'
import { change } from './trouble.ts'
import { useCall } from './use-call.ts'

const MessageFiles = lazy(() => import('../elements/files.ts').then((module) => module.MessageFiles))

const TONES = { OPEN: 'warn', APPROVED: 'good', DISMISSED: '', REJECTED: 'bad', RETRACTED: 'bad' } as const
const MAX_REASON = 1_000

/** One case: the message, the signals and reports, and the decision. */
export function CaseCard({
  of,
  onChange,
}: {
  of: CasePartsFragment
  onChange: (changed: CasePartsFragment) => void
}) {
  const { words } = useConsole()
  const { kind, state, message, openedAt, signals, reports } = of
  return (
    <article class={`case ${state === 'OPEN' ? '' : 'over'}`}>
      <header>
        <Tag tone={TONES[state]}>{state === 'OPEN' ? words.caseKinds[kind] : words.caseStates[state]}</Tag>
        <Person of={message.author} />
        <span class="quiet">
          {words.inConversation} <ConversationName of={message.conversation} />
        </span>
        <span class="quiet end">
          <Moment at={openedAt} />
        </span>
      </header>
      <blockquote dir="auto">
        {message.subject && <b>{message.subject}</b>}
        {message.body ?? <span class="quiet">{words.textHidden}</span>}
      </blockquote>
      {message.attachments.length > 0 && <MessageFiles files={message.attachments} />}
      {signals.length > 0 && (
        <p class="signals">
          {signals.map((signal) => (
            <Tag key={signal} tone="warn">
              {words.signals[signal]}
            </Tag>
          ))}
        </p>
      )}
      {reports.nodes.length > 0 && (
        <ul class="reports" aria-label={words.reports}>
          {reports.nodes.map(({ reporter, reason, note, reportedAt }) => (
            <li key={reporter.id}>
              <Person of={reporter} />
              <Tag>{words.reportReasons[reason]}</Tag>
              {note && <bdi>{note}</bdi>}
              <span class="quiet end">
                <Moment at={reportedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {state === 'OPEN' ? <Decision of={of} onChange={onChange} /> : <Outcome of={of} />}
    </article>
  )
}

function Outcome({ of: { decidedBy, decidedAt, reason } }: { of: CasePartsFragment }) {
  const { words } = useConsole()
  return (
    <footer class="outcome">
      <span class="quiet">{words.decidedBy}</span>
      <Person of={decidedBy} />
      {reason && <bdi>{reason}</bdi>}
      <span class="quiet end">{decidedAt && <Moment at={decidedAt} />}</span>
    </footer>
  )
}

function Decision({
  of: { id, kind },
  onChange,
}: {
  of: CasePartsFragment
  onChange: (changed: CasePartsFragment) => void
}) {
  const { session, words, drafts, toast } = useConsole()
  const draft = useDraft(`case ${id}`, { reason: '' })
  const call = useCall()
  const [keep, take] = kind === 'HELD' ? (['APPROVE', 'REJECT'] as const) : (['DISMISS', 'RETRACT'] as const)
  async function decide(event: SubmitEvent) {
    event.preventDefault()
    const decision = (event.submitter as HTMLButtonElement).value as ModerationDecision
    await call.run(async () => {
      const payload = await change(session, DecideDocument, {
        caseId: id,
        decision,
        reason: draft.value.reason,
      })
      drafts.delete(`case ${id}`)
      onChange(payload.case)
      toast.value = words.caseStates[payload.case.state]
    })
  }
  return (
    <form class="decision" onSubmit={decide}>
      <TextField
        draft={draft}
        name="reason"
        label={words.reason}
        // Enter begins a line: it must not take the first decision.
        lines={2}
        required
        maxLength={MAX_REASON}
        trouble={call.trouble}
      />
      <div class="buttons">
        <button type="submit" value={take} class="button danger-text" disabled={call.isBusy}>
          {words.decisions[take]}
        </button>
        <button type="submit" value={keep} class="button primary" disabled={call.isBusy}>
          {words.decisions[keep]}
        </button>
      </div>
      <TroubleBox trouble={call.trouble} />
    </form>
  )
}
