import { MerkleTree } from './merkle-tree.ts'

/** A problem of a trail. `index` is that of the first event that it concerns. */
export interface AuditProblem {
  index: number | null
  detail: string
}

/** An event as it is now: the hash of its leaf. */
export interface HashedEvent {
  index: number
  hash: Buffer
}

/** A checkpoint with a valid signature, and the words by which problems name it, without an article. */
export interface SignedCheckpoint {
  size: number
  root: Buffer
  name: string
}

const MAX_PROBLEMS = 100

/**
 * Compares the events of a trail, given in their order, with the hashes that were sealed and with signed checkpoints. An event
 * that differs is named by its index, and the sealed hash takes its place, so that later ones can still be judged.
 */
export class TrailVerifier {
  readonly problems: AuditProblem[] = []
  readonly tree = new MerkleTree()
  /** Sealed hashes of the events from `sealedFrom` on. */
  #sealed: Buffer[] = []
  #sealedFrom = 0
  #checkpoints = new Map<number, SignedCheckpoint[]>()
  #verified = 0
  #hasDiverged = false
  #run: { from: number; to: number; verb: string } | undefined
  #isLost = false

  /** Adds the hashes of the next sealed events. */
  addSealed(hashes: readonly Buffer[]): void {
    const done = this.tree.size - this.#sealedFrom
    this.#sealed = [...this.#sealed.slice(done), ...hashes]
    this.#sealedFrom += done
  }

  /** The number of events whose sealed hashes are known. */
  get sealedSize(): number {
    return this.#sealedFrom + this.#sealed.length
  }

  /** Adds a checkpoint to compare with; before the events that it signs. */
  addCheckpoint(checkpoint: SignedCheckpoint): void {
    const others = this.#checkpoints.get(checkpoint.size) ?? []
    this.#checkpoints.set(checkpoint.size, [...others, checkpoint])
  }

  /** Takes the next event. */
  take({ index, hash }: HashedEvent): void {
    if (this.#isLost) return
    if (index < this.tree.size) {
      this.report(index, `The event ${index} was inserted.`)
      return
    }
    this.#fillUpTo(index)
    if (this.#isLost) return
    const sealed = this.#sealedAt(index)
    if (sealed && !sealed.equals(hash)) {
      this.#extend(index, 'changed')
      this.#push(sealed)
    } else {
      this.#endRun()
      this.#push(hash)
    }
  }

  /** Ends the trail, which counts this many events, and returns all problems. */
  end(counted?: number): AuditProblem[] {
    const { size } = this.tree
    this.#fillUpTo(this.sealedSize)
    this.#endRun()
    if (counted !== undefined && counted !== size)
      this.report(Math.min(counted, size), `The company counts ${counted} events, and there are ${size}.`)
    const beyond = [...this.#checkpoints.values()]
      .flat()
      .filter((checkpoint) => checkpoint.size > this.tree.size)
    const [largest] = beyond.sort((one, other) => other.size - one.size)
    if (largest) {
      this.report(
        this.tree.size,
        `The ${largest.name} signs ${largest.size} events: those from ${this.tree.size} on were cut off, or the database was put back.`,
      )
    }
    return this.problems
  }

  /** Adds a problem, unless there are many. */
  report(index: number | null, detail: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ index, detail })
  }

  #fillUpTo(index: number): void {
    while (this.tree.size < index) {
      const sealed = this.#sealedAt(this.tree.size)
      if (!sealed) {
        this.#endRun()
        this.report(this.tree.size, `The events ${this.tree.size} to ${index - 1} are missing.`)
        this.#isLost = true
        return
      }
      this.#extend(this.tree.size, 'missing')
      this.#push(sealed)
    }
  }

  #sealedAt(index: number): Buffer | undefined {
    return this.#sealed[index - this.#sealedFrom]
  }

  #push(hash: Buffer): void {
    this.tree.push(hash)
    const checkpoints = this.#checkpoints.get(this.tree.size)
    if (!checkpoints) return
    this.#checkpoints.delete(this.tree.size)
    const { root, size } = this.tree
    for (const checkpoint of checkpoints) {
      if (checkpoint.root.equals(root)) this.#verified = size
      else if (!this.#hasDiverged) {
        this.#hasDiverged = true
        this.#endRun()
        this.report(
          this.#verified,
          `The events ${this.#verified} to ${size - 1} are not those that the ${checkpoint.name} signs.`,
        )
      }
    }
  }

  /** Neighbours with the same problem are told together. */
  #extend(index: number, verb: string): void {
    if (this.#run?.verb === verb && this.#run.to === index - 1) this.#run.to = index
    else {
      this.#endRun()
      this.#run = { from: index, to: index, verb }
    }
  }

  #endRun(): void {
    if (!this.#run) return
    const { from, to, verb } = this.#run
    this.#run = undefined
    const events = from === to ? `The event ${from}` : `The events ${from} to ${to}`
    const are = from === to ? 'is' : 'are'
    this.report(
      from,
      verb === 'missing'
        ? `${events} ${are} missing.`
        : `${events} ${are} not what was sealed: changed, moved or inserted.`,
    )
  }
}
