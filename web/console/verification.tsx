import { useSignal } from '@preact/signals'
import { Icon } from '../ui/icon.tsx'
import { useConsole } from './context.ts'
import { download } from './days.ts'
import { VerificationDocument, type VerificationQuery } from './operations.ts'
import { Moment, Tag, TroubleBox } from './parts.tsx'
import { useCall } from './use-call.ts'

type Found = VerificationQuery['auditVerification']

/** Recomputes the whole trail on demand and says whether it is what was signed. */
export function Verification() {
  const { session, words } = useConsole()
  const found = useSignal<Found | null>(null)
  const call = useCall()
  const verify = () =>
    void call.run(async () => {
      found.value = (await session.request(VerificationDocument, {})).auditVerification
    })
  return (
    <section class="panel-card" aria-label={words.verification}>
      <div class="section-head">
        <div>
          <p class="verdict" role="status">
            {found.value ? <Verdict of={found.value} /> : words.verification}
          </p>
          <p>{words.verificationHint}</p>
        </div>
        <button type="button" class="button primary" disabled={call.isBusy} onClick={verify}>
          {call.isBusy ? words.verifying : words.verify}
        </button>
      </div>
      <TroubleBox trouble={call.trouble} />
      {found.value && <Facts of={found.value} />}
    </section>
  )
}

function Verdict({ of: { problems, size } }: { of: Found }) {
  const { words } = useConsole()
  if (problems.length > 0) return <Tag tone="bad">{words.broken(problems.length)}</Tag>
  return (
    <Tag tone="good">
      <Icon name="check" size={14} /> {words.whole(size)}
    </Tag>
  )
}

function Facts({ of: { root, note, verifiedAt, problems } }: { of: Found }) {
  const { words } = useConsole()
  return (
    <>
      {problems.length > 0 && (
        <ul class="problems">
          {problems.map(({ index, detail }) => (
            <li key={`${index} ${detail}`}>
              {index !== null && <code>{index}</code>} <span lang="en">{detail}</span>
            </li>
          ))}
        </ul>
      )}
      <dl class="facts">
        <dt>{words.root}</dt>
        <dd>
          <code>{root}</code>
        </dd>
        <dt>{words.verifiedAt}</dt>
        <dd>
          <Moment at={verifiedAt} />
        </dd>
        <dt>{words.checkpoint}</dt>
        <dd>
          <button type="button" class="link" onClick={() => download('checkpoint.txt', note)}>
            {words.download}
          </button>
        </dd>
      </dl>
    </>
  )
}
