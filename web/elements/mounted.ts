/** An element in the page, as the loader drives it. */
export interface Mounted {
  /** The attributes have changed. */
  update(): void
  unmount(): void
  /** Ends when the server has been told, or cannot be. */
  signOut(): Promise<void>
  setOpen?(open: boolean): void
}
