/** How an overseer sees messages and broadcasts whose conversation they need not take part in. */
export interface Oversight {
  /** True for holders of CONVERSATION_AUDIT. Others see no texts, and nothing that access rules keep from them. */
  readonly audits: boolean
}
