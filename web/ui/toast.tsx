import { useUi } from './context.ts'

/** A line about what has just failed or succeeded. */
export function Toast() {
  const { toast } = useUi()
  return (
    <p class={`toast ${toast.value ? 'shown' : ''}`} role="status" part="toast">
      {toast}
    </p>
  )
}
