/** Thrown when a caller's credentials are refused; the detail never repeats what the credentials contained. */
export class AuthenticationError extends Error {
  override name = 'AuthenticationError'
  detail: string

  constructor(detail: string) {
    super(detail)
    this.detail = detail
  }
}
