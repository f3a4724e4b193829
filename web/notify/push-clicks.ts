/** Calls back with the conversation of a notification that is clicked, or was before this page was opened for it. */
export function onPushClick(open: (conversationId: string) => void): void {
  if (!navigator.serviceWorker || !globalThis.caches) return
  const look = () =>
    void take().then(
      (id) => id && open(id),
      () => {},
    )
  navigator.serviceWorker.addEventListener('message', ({ data }) => data === 'colloquy-clicked' && look())
  look()
}

/** The worker leaves word in the cache, since it has no other storage that a page reads. */
async function take(): Promise<string | undefined> {
  if (!(await caches.has('colloquy-push'))) return undefined
  const left = await (await caches.open('colloquy-push')).match('/colloquy-clicked')
  await caches.delete('colloquy-push')
  return left?.text()
}
