import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

/** A screen with nothing to show: why, and the next step. */
export function EmptyState({
  icon,
  title,
  hint,
  children,
}: {
  icon: IconName
  title: string
  hint?: string | undefined
  children?: ComponentChildren
}) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} size={24} />
      </span>
      <p class="empty-title">{title}</p>
      {hint && <p class="empty-hint">{hint}</p>}
      {children}
    </div>
  )
}

/** Grey lines in the place of what is being loaded. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} class="skeleton-row">
          <i />
          <b style={{ width: `${70 - ((at * 17) % 40)}%` }} />
        </span>
      ))}
    </div>
  )
}
