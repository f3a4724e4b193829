import { useConsole } from './context.ts'

/** A span of time in days; an open end is left open. */
export function Span({ from, to }: { from: string | null; to: string | null }) {
  const { locale } = useConsole()
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  if (from && to) {
    // The end is the first moment that is not in it.
    return <>{format.formatRange(new Date(from), new Date(Date.parse(to) - 1))}</>
  }
  if (!from && !to) return <span class="quiet">–</span>
  return (
    <>
      {from && format.format(new Date(from))} – {to && format.format(new Date(Date.parse(to) - 1))}
    </>
  )
}
