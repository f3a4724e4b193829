import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it('a page of any origin may ask with a token, and never with what the browser adds', async () => {
  const asked = 'authorization,content-type,idempotency-key,x-company-id'
  const { status, headers } = await fetch(`${app.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://crm.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    },
  })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe('https://crm.example.com')
  expect(headers.get('access-control-allow-headers')).toBe(asked)
  expect(headers.get('access-control-max-age')).toBe('86400')
  expect(headers.has('access-control-allow-credentials')).toBe(false)
})
