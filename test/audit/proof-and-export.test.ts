import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportTrail } from '../../src/audit/export-trail.ts'
import { leafHash, leftSize, MerkleTree, nodeHash, rootFromPath } from '../../src/audit/merkle-tree.ts'
import { openNote, printPublicKey, readPublicKey, signNote, verifierKey } from '../../src/audit/note.ts'
import { recordAct } from '../../src/audit/record-act.ts'
import { verifyExport } from '../../src/audit/verify-export.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { type AuditedCompany, auditedCompany, verified } from './audited-company.ts'

/** The root as RFC 6962 defines it. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer
  const left = leftSize(leaves.length)
  return nodeHash(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)))
}

describe('a tree of audit events', () => {
  it('has the roots that RFC 6962 defines, whether it grew at once or was continued from its compact range', () => {
    const leaves = Array.from({ length: 70 }, (_, at) => leafHash(String(at)))
    let continued = new MerkleTree()
    for (const [at, leaf] of leaves.entries()) {
      continued = new MerkleTree(continued.size, continued.range)
      continued.push(leaf)
      expect(continued.root).toEqual(rootOf(leaves.slice(0, at + 1)))
    }
    // The first test vector of Certificate Transparency.
    expect(new MerkleTree().root.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    expect(leafHash('').toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    )
  })
})

describe('a proof or an export of an audit trail', () => {
  let app: TestApp
  let acme: AuditedCompany
  let folder: string
  let path: string
  beforeAll(async () => {
    app = await startApp()
    acme = (await auditedCompany(app, 20)).acme
    // More than a subtree whose hash is stored.
    await app.application.services.database.forSystem(acme.companyUuid).transaction(async (transaction) => {
      for (let at = 0; at < 600; at++) await recordAct(transaction, { kind: 'audit.tested', detail: { at } })
    })
    folder = await mkdtemp(join(tmpdir(), 'colloquy-audit-'))
    path = join(folder, 'trail.jsonl')
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
    await app[Symbol.asyncDispose]()
  })

  const publicKey = () => app.application.services.audit.key.publicKey
  const lines = async () => {
    const { database, keyring } = app.application.services
    const { size } = await verified(acme)
    const trail = {
      companyId: acme.companyUuid,
      tenant: database.forSystem(acme.companyUuid),
      keys: await keyring.forCompany(acme.companyUuid),
      size,
    }
    const all: string[] = []
    for await (const line of exportTrail(trail)) all.push(line)
    return all
  }
  const problemsOf = async (changed: string[]) => {
    await writeFile(path, changed.map((line) => `${line}\n`).join(''))
    return (await verifyExport(path, publicKey())).problems
  }

  it('leads from every event to the root that the note signs', async () => {
    const { size, root, problems } = await verified(acme)
    expect(problems).toEqual([])
    const { auditEvents } = await acme.ann.run('{ auditEvents(first: 100) { nodes { id index } } }')
    const { auditEvents: early } = await acme.ann.run(
      '{ auditEvents(first: 100, filter: { kinds: ["member.created", "role.created"] }) { nodes { id index } } }',
    )
    for (const { id, index } of [...auditEvents.nodes, ...early.nodes]) {
      const { auditProof } = await acme.ann.run(
        'query ($id: ID!) { auditProof(eventId: $id) { index leaf path note } }',
        { id },
      )
      expect(auditProof.index).toBe(index)
      const way = auditProof.path.map((hash: string) => Buffer.from(hash, 'base64'))
      const found = rootFromPath(leafHash(auditProof.leaf), { index, size }, way)
      expect(found?.toString('base64')).toBe(root)
      expect(openNote(auditProof.note, acme.companyUuid, publicKey())).toEqual({
        size,
        root: Buffer.from(root, 'base64'),
      })
      expect(rootFromPath(leafHash(`${auditProof.leaf} `), { index, size }, way)).not.toEqual(found)
    }
  })

  it('is signed as a note whose key is named like the log', () => {
    const { privateKey } = app.application.services.audit.key
    const note = signNote(privateKey, acme.companyUuid, { size: 3, root: leafHash('a') })
    const [name, keyId, key] = verifierKey(publicKey(), acme.companyUuid).split(
      /\+(?=[0-9a-f]{8}\+|[A-Za-z0-9+/=]{44}$)/,
    )
    expect(note.split('\n')).toEqual([
      name,
      '3',
      leafHash('a').toString('base64'),
      '',
      expect.stringMatching(`^— ${name} [A-Za-z0-9+/]{91}=$`),
      '',
    ])
    const signature = Buffer.from(note.split(' ').at(-1) ?? '', 'base64')
    expect(signature.subarray(0, 4).toString('hex')).toBe(keyId)
    expect(key).toBe(printPublicKey(publicKey()))
    for (const text of [key ?? '', verifierKey(publicKey(), acme.companyUuid)])
      expect(readPublicKey(text)?.equals(publicKey())).toBe(true)
    expect(readPublicKey('AAAA')).toBeUndefined()
    expect(openNote(note, acme.companyUuid.replace(/^./, 'f'), publicKey())).toBeUndefined()
  })

  it('verifies without a database, and tells each change of it', async () => {
    const whole = await lines()
    expect(await problemsOf(whole)).toEqual([])
    const at = whole.findIndex((line) => line.includes('"index":100,'))
    const without = (place: number) => whole.filter((_, other) => other !== place)
    const changes: [string, string[], object][] = [
      [
        'edited',
        whole.with(at, String(whole[at]).replace('"audit.tested"', '"audit.treated"')),
        { index: 0 },
      ],
      ['removed', without(at), { index: 100 }],
      ['moved', whole.with(at, String(whole[at + 1])).with(at + 1, String(whole[at])), { index: 100 }],
      ['inserted', whole.toSpliced(at, 0, String(whole[at])), { index: 100 }],
      ['without its end', whole.filter((line) => !/"index":6\d\d,/.test(line)), { index: 600 }],
      [
        'with another client',
        whole.map((line) => line.replace('"address":"127.0.0.1"', '"address":"10.0.0.1"')),
        { index: null },
      ],
      ['without a note', whole.filter((line) => !line.startsWith('{"note"')), { index: 0 }],
    ]
    for (const [change, changed, problem] of changes)
      expect((await problemsOf(changed))[0], change).toMatchObject(problem)
    await writeFile(path, whole.map((line) => `${line}\n`).join(''))
    const other = readPublicKey(Buffer.concat([Buffer.from([1]), Buffer.alloc(32, 9)]).toString('base64'))
    if (!other) throw new Error('This is a key.')
    expect((await verifyExport(path, other)).problems.length).toBeGreaterThan(0)
    expect(await readFile(path, 'utf8')).not.toContain('Message 1')
  })

  it('is still readable after the clients of a person are erased', async () => {
    await onDatabase(app, 'update audit_origins set salt = null, sealed = null where user_id = $1', [
      acme.bob.uuid,
    ])
    const whole = await lines()
    expect(await problemsOf(whole)).toEqual([])
    expect(whole.join('\n')).toContain(`"actor":"${acme.bob.uuid}"`)
  })
})
