import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useUi } from '../ui/context.ts'

const OFFLINE_AFTER_MS = 2_000

/** Why messages wait: no connection, a rate limit with its countdown, or a company that is read-only. */
export function SendNotice() {
  const { session, messaging, text } = useUi()
  const isOffline = useSignal(false)
  const seconds = useSignal(0)
  const connected = session.connected.value
  const resumesAt = messaging.outbox?.resumesAt.value ?? null
  useEffect(() => {
    if (connected) {
      isOffline.value = false
      return
    }
    const timer = setTimeout(() => {
      isOffline.value = true
    }, OFFLINE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [connected])
  useEffect(() => {
    if (resumesAt === null) return
    const count = () => {
      seconds.value = Math.max(1, Math.ceil((resumesAt - Date.now()) / 1000))
    }
    count()
    const timer = setInterval(count, 500)
    return () => clearInterval(timer)
  }, [resumesAt])
  if (resumesAt !== null) return <p class="notice warning">{text.rateLimit(seconds.value)}</p>
  if (isOffline.value) {
    return (
      <p class="notice" role="status">
        {text.connecting}
      </p>
    )
  }
  if (session.isReadOnly.value) return <p class="notice">{text.readOnly}</p>
  return null
}
