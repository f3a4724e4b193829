import { useSignal } from '@preact/signals'
import type { Conversation } from '../store/types.ts'
import { useUi } from './context.ts'
import { Icon, type IconName } from './icon.tsx'

const HUES = [255, 205, 165, 130, 75, 30, 350, 310]

/** A person's picture, or their initials on a colour of their own, with a dot for their presence. */
export function Avatar({
  id,
  name,
  avatarUrl,
  size = 32,
  dot,
}: {
  id: string
  name: string
  avatarUrl?: string | null
  size?: number
  dot?: boolean
}) {
  const { session, text } = useUi()
  const status = dot ? session.presence.known.value.get(id) : undefined
  const words = { ONLINE: text.online, AWAY: text.away, OFFLINE: text.offline }
  return (
    <span class="avatar" style={{ width: `${size}px`, height: `${size}px`, '--hue': hueOf(id) }}>
      <span aria-hidden="true" style={{ fontSize: `${Math.round(size * 0.38)}px` }}>
        {initialsOf(name)}
      </span>
      {avatarUrl?.startsWith('https:') && <Picture key={avatarUrl} url={avatarUrl} />}
      {status && status !== 'OFFLINE' && (
        <span class={`dot ${status.toLowerCase()}`} role="img" aria-label={words[status]} />
      )}
    </span>
  )
}

/** The page's policy may forbid the picture, or nobody may have it any more: then the initials are seen. */
function Picture({ url }: { url: string }) {
  const isGone = useSignal(false)
  if (isGone.value) return null
  return (
    <img
      src={url}
      alt=""
      loading="lazy"
      decoding="async"
      referrerPolicy="no-referrer"
      onError={() => {
        isGone.value = true
      }}
    />
  )
}

const SYMBOLS: Readonly<Record<string, IconName>> = {
  GROUP: 'group',
  GLOBAL: 'globe',
  CONTEXT: 'link',
  BROADCAST: 'bell',
}

/** The picture of a conversation: the other person, or a symbol of its kind. */
export function ConversationAvatar({
  conversation,
  size = 36,
}: {
  conversation: Conversation
  size?: number
}) {
  const { kind, counterpart, id } = conversation
  if (counterpart) {
    const { id: userId, name, avatarUrl } = counterpart
    return <Avatar id={userId} name={name} avatarUrl={avatarUrl} size={size} dot />
  }
  return (
    <span class="avatar symbol" style={{ width: `${size}px`, height: `${size}px`, '--hue': hueOf(id) }}>
      <Icon name={SYMBOLS[kind] ?? 'chat'} size={Math.round(size * 0.52)} />
    </span>
  )
}

function hueOf(id: string): string {
  let sum = 0
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9973
  return String(HUES[sum % HUES.length])
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = [...(words[0] ?? '')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}
