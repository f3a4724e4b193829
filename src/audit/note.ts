import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** The state of a company's tree that a note signs. */
export interface Checkpoint {
  size: number
  root: Buffer
}

/** The beginning of the origin line of all notes; the company's id follows. */
const ORIGIN = 'colloquy-audit/'
const ED25519 = Buffer.from([1])
const KEY_ID_BYTES = 4
/** The beginning of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410), before its 32 bytes. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** The name of a company's log: the first line of its notes, and the name of the key that signs them. */
function logName(companyId: string): string {
  return `${ORIGIN}${companyId}`
}

/** The public key as people pass it on: base64 of a byte for Ed25519 and 32 bytes. */
export function printPublicKey(key: KeyObject): string {
  return Buffer.concat([ED25519, rawKey(key)]).toString('base64')
}

/** The verifier key of a company's log, as c2sp.org/signed-note defines it. */
export function verifierKey(key: KeyObject, companyId: string): string {
  const name = logName(companyId)
  return `${name}+${keyId(name, key).toString('hex')}+${printPublicKey(key)}`
}

/** Reads a public key, or the verifier key of a log. Undefined if it is neither. */
export function readPublicKey(text: string): KeyObject | undefined {
  // Base64 may contain a plus as well.
  const encoded = text.trim().replace(/^[^+\s]+\+[0-9a-f]{8}\+(?=\S{44}$)/, '')
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 33 || bytes[0] !== ED25519[0]) return undefined
  return createPublicKey({ key: Buffer.concat([SPKI, bytes.subarray(1)]), format: 'der', type: 'spki' })
}

/** Signs a checkpoint as a note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note). */
export function signNote(key: KeyObject, companyId: string, { size, root }: Checkpoint): string {
  const name = logName(companyId)
  const text = `${name}\n${size}\n${root.toString('base64')}\n`
  const signature = Buffer.concat([keyId(name, key), sign(null, Buffer.from(text), key)])
  return `${text}\n— ${name} ${signature.toString('base64')}\n`
}

/** Reads the checkpoint of a company's note. Undefined if it is not that, or not signed with the key. */
export function openNote(note: string, companyId: string, key: KeyObject): Checkpoint | undefined {
  const name = logName(companyId)
  const end = note.indexOf('\n\n')
  if (end === -1) return undefined
  const text = note.slice(0, end + 1)
  const [origin, size = '', root = ''] = text.split('\n')
  const isSigned = note
    .slice(end + 2)
    .split('\n')
    .some((line) => isSignature(line, name, text, key))
  if (!isSigned || origin !== name || !/^(0|[1-9]\d{0,15})$/.test(size)) return undefined
  const hash = Buffer.from(root, 'base64')
  return hash.length === 32 ? { size: Number(size), root: hash } : undefined
}

function isSignature(line: string, name: string, text: string, key: KeyObject): boolean {
  const begin = `— ${name} `
  if (!line.startsWith(begin)) return false
  const bytes = Buffer.from(line.slice(begin.length), 'base64')
  const isOfKey = bytes.subarray(0, KEY_ID_BYTES).equals(keyId(name, key))
  return isOfKey && verify(null, Buffer.from(text), key, bytes.subarray(KEY_ID_BYTES))
}

function keyId(name: string, key: KeyObject): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`), ED25519, rawKey(key)])
  return createHash('sha256').update(named).digest().subarray(0, KEY_ID_BYTES)
}

/** The bytes of each key object, because each note names its key, and exporting a key takes longer than signing with it. */
const rawKeys = new WeakMap<KeyObject, Buffer>()

/** The 32 bytes of a public key, or of the public half of a private one. */
function rawKey(key: KeyObject): Buffer {
  const known = rawKeys.get(key)
  if (known) return known
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  rawKeys.set(key, raw)
  return raw
}
