import type { Context } from '../../context.ts'
import { messageTokens } from '../message-tokens.ts'

/** One token takes about a quarter of the time that a point of the work budget stands for. */
const TOKENS_PER_POINT = 4

/**
 * Returns the tokens of a message's texts and charges the viewer for them. A rejected message costs them as well: they are made
 * before the database decides, and rate limits count accepted messages alone.
 */
export async function tokensOf(
  { keys, services, viewer }: Context,
  texts: { subject: string | null; body: string },
): Promise<string[]> {
  const tokens = await messageTokens(await keys(), texts)
  services.work.charge(viewer, tokens.length / TOKENS_PER_POINT)
  return tokens
}
