/**
 * Number of waiting messages with which a batch goes at once, also beside another one: while one waits for the disk, the
 * other computes. Of 10 to 32, 20 sends most at 32 connections, and all the same at 128.
 */
const ENOUGH = 20
/** A batch of at least as many messages shows that many come, and that the next one is worth a wait. */
const MANY = 4
/** Maximum time that a batch waits for more messages while many come. A batch costs as much as 16 of its messages. */
const GATHER_MS = 2
/** Time after which a second batch goes, so that no company waits for a slow batch of others. */
const SECOND_AFTER_MS = 20

/** Decides when the next batch goes: at once while few messages come, and with more at a time while many do. */
export interface SendPace {
  /** Notes that a batch of this size goes. */
  began(size: number): void
  /**
   * Milliseconds until the next batch is due, with this number of messages waiting since this time of the process's monotonic
   * clock, and this number of batches under way.
   */
  dueInMs(waiting: number, since: number, underWay: number): number
}

/** Creates the pace of a queue that nothing went through. */
export function createSendPace(now = () => performance.now()): SendPace {
  let lastSize = 0
  return {
    began(size) {
      lastSize = size
    },
    dueInMs(waiting, since, underWay) {
      if (waiting >= ENOUGH) return 0
      const gatherMs = underWay > 0 ? SECOND_AFTER_MS : lastSize >= MANY ? GATHER_MS : 0
      return Math.max(0, since + gatherMs - now())
    },
  }
}
