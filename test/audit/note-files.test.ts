import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type KeptNote, openNoteFiles } from '../../src/audit/note-files.ts'

const folders: string[] = []
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))))

async function folder(): Promise<string> {
  folders.push(await mkdtemp(join(tmpdir(), 'audit-notes-')))
  return join(String(folders.at(-1)), 'made-with-the-first-note')
}

const noteOf = (name: string): KeptNote => ({ at: '2030-01-01T00:00:00.000Z', note: name })

it('the latest note is that of another process also after one of this process', async () => {
  const directory = await folder()
  const [ours, theirs] = [openNoteFiles(directory), openNoteFiles(directory)]
  expect(await ours.latest('acme')).toBeUndefined()
  for (const turn of ['one', 'two']) {
    await ours.append('acme', noteOf(`ours ${turn}`))
    expect(await ours.latest('acme')).toEqual(noteOf(`ours ${turn}`))
    await theirs.append('acme', noteOf(`theirs ${turn}`))
    expect(await ours.latest('acme')).toEqual(noteOf(`theirs ${turn}`))
  }
  expect(await ours.all('acme')).toHaveLength(4)
})

it('a line that a crash has cut off is no note, and does not spoil the next one', async () => {
  const directory = await folder()
  const notes = openNoteFiles(directory)
  await notes.append('acme', noteOf('whole'))
  await appendFile(join(directory, 'acme.audit-notes'), '\n{"at":"2030-01-0')
  expect(await notes.latest('acme')).toEqual(noteOf('whole'))
  await notes.append('acme', noteOf('next'))
  expect(await notes.latest('acme')).toEqual(noteOf('next'))
})
