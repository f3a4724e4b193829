import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Avatar } from '../ui/avatar.tsx'
import { useUi } from '../ui/context.ts'
import { briefly, momentOf } from '../ui/format.ts'
import { Skeleton } from '../ui/state.tsx'
import type { Broadcast } from './calls.ts'
import { ReadersDocument, type ReadersQuery } from './operations.ts'

type Reader = NonNullable<ReadersQuery['broadcast']>['readers']['nodes'][number]

/** The people who have read a broadcast, or those who have not. */
export function Readers({ broadcast: { id, readCount, recipientCount } }: { broadcast: Broadcast }) {
  const { session, text, attempt } = useUi()
  const isRead = useSignal(true)
  const people = useSignal<readonly Reader[] | null>(null)
  const more = useSignal<string | null>(null)
  const load = (after: string | null) =>
    attempt(async () => {
      const read = isRead.value
      const { broadcast } = await session.request(ReadersDocument, { id, read, after })
      if (!broadcast || read !== isRead.value) return
      const { nodes, pageInfo } = broadcast.readers
      people.value = [...(after ? (people.value ?? []) : []), ...nodes]
      more.value = pageInfo.hasNextPage ? pageInfo.endCursor : null
    })
  useEffect(() => {
    people.value = null
    void load(null)
  }, [id, isRead.value, readCount])
  return (
    <>
      <fieldset class="chips">
        <legend class="hidden">{text.people}</legend>
        <Tab isRead={isRead} read={true} label={`${text.readTab} · ${readCount}`} />
        <Tab isRead={isRead} read={false} label={`${text.unreadTab} · ${recipientCount - readCount}`} />
      </fieldset>
      {people.value === null && <Skeleton rows={3} label={text.loading} />}
      {people.value?.length === 0 && <p class="hint">{text.fewReaders}</p>}
      <ul class="people" aria-label={text.people}>
        {people.value?.map((reader) => (
          <Person key={reader.user.id} reader={reader} />
        ))}
      </ul>
      {more.value && (
        <button type="button" class="button more" onClick={() => void load(more.value)}>
          {text.loadMore}
        </button>
      )}
    </>
  )
}

function Tab({ isRead, read, label }: { isRead: { value: boolean }; read: boolean; label: string }) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={isRead.value === read}
      onClick={() => {
        isRead.value = read
      }}
    >
      {label}
    </button>
  )
}

function Person({ reader: { user, readAt } }: { reader: Reader }) {
  const { locale } = useUi()
  return (
    <li class="person">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} />
      <span class="option-text">
        <bdi>{user.name}</bdi>
        <small>{user.department}</small>
      </span>
      {readAt && (
        <time class="item-time" dateTime={readAt} title={momentOf(readAt, locale)}>
          {briefly(readAt, locale)}
        </time>
      )}
    </li>
  )
}
