/** Makes a loader run one statement at a time. All requests that arrive meanwhile form the next statement. */
export function singleFile() {
  let isBusy = false
  let next: (() => void) | undefined

  return {
    schedule(dispatch: () => void): void {
      if (isBusy) next = dispatch
      else setImmediate(dispatch)
    },
    batch<Key, Value>(read: (keys: readonly Key[]) => Promise<Value[]>) {
      return async (keys: readonly Key[]): Promise<Value[]> => {
        isBusy = true
        try {
          return await read(keys)
        } finally {
          isBusy = false
          const dispatch = next
          next = undefined
          if (dispatch) setImmediate(dispatch)
        }
      }
    },
  }
}
