import { Icon, type IconName } from './icon.tsx'

/** A button of an icon alone; its label is read out and shown as a title. */
export function Tool({
  label,
  icon,
  size,
  onClick,
  isExpanded,
}: {
  label: string
  icon: IconName
  size?: number
  onClick(): void
  isExpanded?: boolean
}) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      aria-expanded={isExpanded}
      onClick={onClick}
    >
      <Icon name={icon} {...(size && { size })} />
    </button>
  )
}
