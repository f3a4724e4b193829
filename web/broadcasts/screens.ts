// One file for those who may write to many.

// Its forms are made of the parts of the other screens, which taken whole are one file that is loaded already.
export * from '../elements/other-screens.ts'
export { Announce } from './announce.tsx'
export { BroadcastView } from './broadcast.tsx'
export { Broadcasts } from './broadcasts.tsx'
export { NewBroadcast } from './compose.tsx'
