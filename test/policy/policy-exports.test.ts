import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { createPolicy } from '../../src/policy/policy.ts'
import { tasks } from '../../src/tasks.ts'
import { sendFiles, upload } from '../attachments/uploading.ts'
import { exported, linkTo, messagesIn, open, request, untilExport } from '../exports/exporting.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { queueOf } from '../support/jobs.ts'
import { onDatabase } from '../support/on-database.ts'
import { type Opa, result, startOpa } from '../support/opa.ts'

describe('an export under a policy', () => {
  let opa: Opa
  let app: TestApp
  let acme: TestCompany<'ann' | 'una' | 'bob' | 'cal'>
  let isBroken: boolean
  beforeAll(async () => {
    opa = await startOpa()
    app = await startApp({ tasks, environment: { policy: { url: opa.url } } })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await opa[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    isBroken = true
    acme = await app.company('Acme', { ann: 'owner', una: 'auditor', bob: 'member', cal: 'member' })
    opa.answer = ({ action, user, conversation: { context } }) => {
      if (action !== 'audit' || user.id !== acme.una.userId) return result(true)
      return context.id === 'broken' && isBroken ? { status: 503, body: '' } : result(context.id !== 'denied')
    }
    for (const contextId of ['broken', 'denied', 'plain']) await say(contextId)
    await acme.cal.say({ recipientId: acme.bob.userId }, 'About nothing')
  })

  async function say(contextId: string): Promise<string> {
    const input = { type: 'TOPIC', contextId, participantIds: [acme.cal.userId] }
    const { conversation } = await acme.bob.mutate('openContextConversation', input, 'conversation { id }')
    await acme.bob.say({ conversationId: conversation.id }, `About ${contextId}`)
    return conversation.id
  }
  const uuidOf = (exportId: string) => decodeId(exportId)?.uuid
  /** Requests an export of the messages of `bob`, and waits until an attempt to write it has failed. */
  async function failedOnce(): Promise<string> {
    const { id } = (await request(acme.una, { userIds: [acme.bob.userId] })).export
    const job = async () => (await queueOf(app)).find(({ payload }) => payload.exportId === uuidOf(id))
    await expect
      .poll(job)
      .toMatchObject({ error: expect.stringContaining('did not decide about 1 of the conversations') })
    return id
  }

  it('is tried again where the policy fails, and tells how many conversations the policy withheld', async () => {
    const { ann, una, bob } = acme
    const id = await failedOnce()
    expect(await untilExport(una, id, 'RUNNING')).toMatchObject({ messageCount: null })
    isBroken = false
    // Decisions are kept for 5 s, so the policy is asked about somebody who is another one to it.
    const member = { externalId: una.externalId, name: 'Una Acme', department: 'Audit' }
    await ann.mutate('syncMembers', { members: [member] })
    await untilExport(una, id)
    const { url, manifestUrl } = await linkTo(una, id)
    const bodies = messagesIn(await (await open(app, url)).text()).map(({ body }) => body)
    expect(bodies.sort()).toEqual(['About broken', 'About plain'])
    expect(await (await open(app, manifestUrl)).json()).toMatchObject({
      messageCount: 2,
      withheldConversations: 1,
      userIds: [bob.userId],
      conversationIds: null,
    })
    const ofOwner = await exported(app, ann)
    expect(ofOwner.manifest).toMatchObject({ messageCount: 4, withheldConversations: 0 })
  })

  it('leads to no file of a conversation that the policy withholds, nor to one that it cannot decide about', async () => {
    const { una, bob } = acme
    isBroken = false
    const ids: Record<string, string> = {}
    for (const contextId of ['denied', 'plain', 'broken']) {
      const { id } = await upload(app, bob, Buffer.from(contextId))
      await sendFiles(bob, { conversationId: await say(contextId) }, [id])
      ids[contextId] = id
    }
    const { id } = await exported(app, una)
    const { url } = await linkTo(una, id)
    const statusOf = async (contextId: string) => (await open(app, `${url}/files/${ids[contextId]}`)).status
    expect([await statusOf('plain'), await statusOf('denied'), await statusOf('broken')]).toEqual([
      200, 404, 200,
    ])
    isBroken = true
    const member = { externalId: una.externalId, name: 'Una Acme', department: 'Audit' }
    await acme.ann.mutate('syncMembers', { members: [member] })
    expect([await statusOf('plain'), await statusOf('broken')]).toEqual([200, 503])
  })

  it('has failed when the policy fails at the last attempt, and leads to no file', async () => {
    const id = await failedOnce()
    await onDatabase(
      app,
      `update graphile_worker._private_jobs set attempts = 4, run_at = now() where payload ->> 'exportId' = $1`,
      [uuidOf(id)],
    )
    expect(await untilExport(acme.una, id, 'FAILED')).toMatchObject({ messageCount: null, checksum: null })
    expect(await acme.una.mutate('createExportLink', { exportId: id })).toMatchObject({
      __typename: 'ConflictError',
      detail: 'The export has failed: request another one.',
    })
  })

  it('takes a decision that comes too late for none', async () => {
    const [found] = await onDatabase<{ conversationId: string }>(
      app,
      `select id as "conversationId" from conversations where company_id = $1 and context_id = 'plain'`,
      [acme.companyUuid],
    )
    const pair = { conversationId: found?.conversationId ?? '', userId: acme.una.uuid }
    const tenant = app.application.services.database.forSystem(acme.companyUuid)
    const late = createPolicy(() => new Promise(() => {}), { answer: 10, all: 20 })
    await expect(late.decidedAgainst(tenant, [pair], 'audit')).rejects.toThrow('did not decide about 1')
    expect(await late.denied(tenant, [pair], 'audit')).toEqual(new Set([pair]))
  })
})
