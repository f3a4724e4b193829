import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { GuestRow } from './guest-row.ts'
import { wordsOfName } from './guest-words.ts'

/** The texts about a guest that are stored encrypted. The phone is in E.164. */
export interface GuestTexts {
  name: string | null
  phone: string | null
  email: string | null
}

const FIELDS = { name: 'guest-name', phone: 'phone', email: 'email' } as const

/** Encrypts the texts of a guest, and hashes what a guest is found by. */
export function sealGuest(keys: CompanyKeys, id: string, { name, phone, email }: GuestTexts) {
  const seal = (field: keyof GuestTexts, text: string | null) =>
    text === null ? null : keys.encrypt(text, { field: FIELDS[field], recordId: id })
  return {
    name: seal('name', name),
    phone: seal('phone', phone),
    email: seal('email', email),
    phoneHash: phone === null ? null : phoneHash(keys, phone),
    emailHash: email === null ? null : emailHash(keys, email),
    words: name === null ? [] : wordsOfName(name).map((word) => keys.searchToken(`guest ${word}`)),
  }
}

/** Decrypts one text of a guest. Null if it is not known, or erased. Throws DecryptionError. */
export function openGuestText(
  keys: CompanyKeys,
  guest: Pick<GuestRow, 'id' | keyof GuestTexts>,
  field: keyof GuestTexts,
): string | null {
  const envelope = guest[field]
  return envelope === null ? null : keys.decrypt(envelope, { field: FIELDS[field], recordId: guest.id })
}

/** The keyed hash of a phone in E.164. */
export function phoneHash(keys: CompanyKeys, phone: string): Buffer {
  return keys.lookupHash('phone', phone)
}

/** The keyed hash of an e-mail address, which is the same whatever its case. */
export function emailHash(keys: CompanyKeys, email: string): Buffer {
  return keys.lookupHash('email', email.normalize('NFC').toLowerCase())
}
