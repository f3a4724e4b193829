/** Thrown when credentials are rejected. Its detail never repeats the credentials. */
export class AuthenticationError extends Error {
  override name = 'AuthenticationError'
  detail: string

  constructor(detail: string) {
    super(detail)
    this.detail = detail
  }
}
