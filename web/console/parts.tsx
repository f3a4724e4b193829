import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { Avatar } from '../ui/avatar.tsx'
import { isSameDay, momentOf, timeOf } from '../ui/format.ts'
import type { IconName } from '../ui/icon.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import { useConsole } from './context.ts'
import type { Trouble } from './trouble.ts'
import type { Loaded, Pages } from './use-call.ts'

/** The heading of a section, what it is for, and its actions. */
export function SectionHead({
  title,
  hint,
  children,
}: {
  title: string
  hint: string
  children?: ComponentChildren
}) {
  return (
    <header class="section-head">
      <div>
        <h2>{title}</h2>
        <p>{hint}</p>
      </div>
      {children && <div class="buttons">{children}</div>}
    </header>
  )
}

/** A failure in words, with another attempt once it may succeed. */
export function TroubleBox({ trouble, again }: { trouble: Trouble | null; again?: () => void }) {
  const { text, words } = useConsole()
  const now = useSignal(Date.now())
  const seconds = Math.ceil(((trouble?.againAt ?? 0) - now.value) / 1000)
  useEffect(() => {
    now.value = Date.now()
    if (!trouble?.againAt) return
    const timer = setInterval(() => {
      now.value = Date.now()
    }, 1_000)
    return () => clearInterval(timer)
  }, [trouble])
  if (!trouble) return null
  return (
    <div class="trouble" role="alert">
      <div>
        <b>{trouble.title}</b>
        <p dir="auto">{trouble.detail}</p>
      </div>
      {seconds > 0 && <span class="quiet">{words.againIn(seconds)}</span>}
      {again && seconds <= 0 && (
        <button type="button" class="button" onClick={again}>
          {text.retry}
        </button>
      )}
    </div>
  )
}

/** Shows the data once they were read, or says why there are none. */
export function Reading<Data>({
  of,
  children,
}: {
  of: Loaded<Data>
  children: (data: Data) => ComponentChildren
}) {
  const { text } = useConsole()
  const { data, trouble, isLoading, reload } = of
  return (
    <div class={`reading ${isLoading ? 'busy' : ''}`} aria-busy={isLoading}>
      <TroubleBox trouble={trouble} again={reload} />
      {data !== null ? children(data) : trouble === null && <Skeleton rows={4} label={text.loading} />}
    </div>
  )
}

/** The pages of a list with the way to more, or words for an empty one. */
export function Listing<Node>({
  of,
  icon,
  empty,
  hint,
  children,
}: {
  of: Pages<Node>
  icon: IconName
  empty: string
  hint?: string
  children: (nodes: readonly Node[]) => ComponentChildren
}) {
  const { text } = useConsole()
  return (
    <Reading of={of}>
      {(nodes) =>
        // A page may be empty because all of it is kept from the person, and the next one may not be.
        nodes.length === 0 && !of.hasMore ? (
          <EmptyState icon={icon} title={empty} hint={hint} />
        ) : (
          <>
            {children(nodes)}
            {of.hasMore && (
              <button type="button" class="button more" disabled={of.isLoading} onClick={of.more}>
                {text.loadMore}
              </button>
            )}
          </>
        )
      }
    </Reading>
  )
}

/** A word in a colour of its meaning. */
export function Tag({
  tone = '',
  children,
}: {
  tone?: 'good' | 'warn' | 'bad' | 'info' | ''
  children: ComponentChildren
}) {
  return <span class={`tag ${tone}`}>{children}</span>
}

/** A part of a whole as a bar; the number stands beside it. */
export function Bar({ value, of, tone = '' }: { value: number; of: number; tone?: string }) {
  const share = of > 0 ? Math.max(2, Math.round((100 * value) / of)) : 0
  return (
    <svg class={`bar ${tone}`} height="6" aria-hidden="true">
      <rect class="rest" width="100%" height="6" rx="3" />
      {value > 0 && <rect width={`${share}%`} height="6" rx="3" />}
    </svg>
  )
}

/** A person's picture and name; without one, words for somebody who has left. */
export function Person({ of }: { of: { id: string; name: string } | null | undefined }) {
  const { text } = useConsole()
  if (!of) return <span class="quiet">{text.someone}</span>
  return (
    <span class="someone">
      <Avatar id={of.id} name={of.name} size={24} />
      <bdi>{of.name}</bdi>
    </span>
  )
}

/** A moment: the time of today, otherwise with the date; in full where the pointer rests. */
export function Moment({ at }: { at: string }) {
  const { locale } = useConsole()
  const isToday = isSameDay(at, new Date().toISOString())
  return (
    <time dateTime={at} title={momentOf(at, locale)}>
      {isToday
        ? timeOf(at, locale)
        : new Date(at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  )
}
