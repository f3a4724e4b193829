import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Link } from './links.ts'

/** Finds links, once its code has been loaded; the texts are readable before. */
const finder = signal<{ find(body: string): Link[] } | null>(null)
let isLoading = false

function loadFinder(): void {
  if (isLoading) return
  isLoading = true
  void import('./links.ts').then(({ findLinks }) => {
    finder.value = { find: findLinks }
  })
}

/** A message's text with links and mentions. It is text throughout and never becomes HTML. */
export function RichText({
  body,
  mentions,
  me,
}: {
  body: string
  mentions: readonly { id: string; name: string }[]
  me: string
}) {
  const parts: ComponentChildren[] = []
  let at = 0
  loadFinder()
  for (const { index, lastIndex, url, text } of finder.value?.find(body) ?? []) {
    parts.push(...withMentions(body.slice(at, index), mentions, me))
    parts.push(
      <a key={index} href={url} target="_blank" rel="noopener noreferrer nofollow">
        {text}
      </a>,
    )
    at = lastIndex
  }
  parts.push(...withMentions(body.slice(at), mentions, me))
  return <>{parts}</>
}

function withMentions(
  text: string,
  mentions: readonly { id: string; name: string }[],
  me: string,
): ComponentChildren[] {
  const names = new Map(mentions.map(({ id, name }) => [`@${name}`, id]))
  if (names.size === 0) return [text]
  const pattern = new RegExp(`(${[...names.keys()].map(escaped).join('|')})`)
  return text.split(pattern).map((part, at) => {
    const id = names.get(part)
    return id ? (
      <span key={at} class={`mention ${id === me ? 'me' : ''}`}>
        {part}
      </span>
    ) : (
      part
    )
  })
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
