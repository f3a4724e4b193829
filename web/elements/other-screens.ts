// One file of all that is shown on demand: apart, a dozen small files would compress far worse.
// For the same reason it has all that files share with a conversation.
import '../files/attach-button.tsx'
import '../files/use-files.ts'
import '../files/waiting.ts'

export { Announce } from '../broadcasts/announce.tsx'
export { BroadcastView } from '../broadcasts/broadcast.tsx'
export { Broadcasts } from '../broadcasts/broadcasts.tsx'
export { NewBroadcast } from '../broadcasts/compose.tsx'
export { MessageOptions } from '../composer/message-options.tsx'
export { ContextStart } from '../inbox/context-start.tsx'
export { Preferences } from '../notify/preferences.tsx'
export { stopPush } from '../notify/push.ts'
export { Details } from '../people/details.tsx'
export { NewConversation } from '../people/new-conversation.tsx'
export { Find } from '../search/find.tsx'
export { MessageMenu } from '../timeline/message-menu.tsx'
