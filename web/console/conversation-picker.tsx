import { type Signal, useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { useConsole } from './context.ts'
import { AuditedConversationsDocument, type AuditedConversationsQuery } from './operations.ts'
import { TroubleBox } from './parts.tsx'
import { useCall } from './use-call.ts'

/** A conversation as audits find it. */
export type Found = AuditedConversationsQuery['auditConversations']['nodes'][number]

/**
 * A field of a form that finds conversations by title or name and collects those that are chosen, at most `max`. It searches
 * when the person says so, because each search is recorded.
 */
export function ConversationPicker({ chosen, max }: { chosen: Signal<readonly Found[]>; max: number }) {
  const { session, words, text } = useConsole()
  const search = useSignal('')
  const found = useSignal<readonly Found[] | null>(null)
  const call = useCall()
  const id = useId()
  const find = () =>
    void call.run(async () => {
      const variables = { search: search.value.trim() || null, after: null }
      found.value = (await session.request(AuditedConversationsDocument, variables)).auditConversations.nodes
    })
  const nameOf = ({ title, kind }: Found) => title || words.kinds[kind]
  const offered = found.value?.filter(({ id }) => !chosen.value.some((one) => one.id === id)) ?? []
  return (
    <div class="labelled">
      <label for={id}>{text.conversations}</label>
      {chosen.value.length > 0 && (
        <div class="chips">
          {chosen.value.map((one) => (
            <button
              key={one.id}
              type="button"
              class="chip chosen-person"
              aria-label={text.removeNamed(nameOf(one))}
              onClick={() => {
                chosen.value = chosen.value.filter((other) => other !== one)
              }}
            >
              <bdi>{nameOf(one)}</bdi> <span aria-hidden="true">×</span>
            </button>
          ))}
        </div>
      )}
      <div class="find-row">
        <input
          id={id}
          class="field"
          type="search"
          placeholder={words.titleOrPerson}
          aria-describedby={`${id}h`}
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            find()
          }}
        />
        <button type="button" class="button" disabled={call.isBusy} onClick={find}>
          {words.show}
        </button>
      </div>
      <small id={`${id}h`} class="quiet">
        {words.searchRecorded}
      </small>
      <TroubleBox trouble={call.trouble} />
      {found.value?.length === 0 && <p class="quiet">{words.noneFound}</p>}
      {offered.length > 0 && (
        <ul class="options-list">
          {offered.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                class="option"
                onClick={() => {
                  chosen.value = [...chosen.value, one].slice(-max)
                }}
              >
                <span class="option-text">
                  <bdi>{nameOf(one)}</bdi>
                  <small>
                    {words.kinds[one.kind]} · {text.members(one.participantCount)}
                  </small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
