// One file of all that is shown on demand: apart, a dozen small files would compress far worse.
export { MessageOptions } from '../composer/message-options.tsx'
export { ContextStart } from '../inbox/context-start.tsx'
export { Preferences } from '../notify/preferences.tsx'
export { stopPush } from '../notify/push.ts'
export { Details } from '../people/details.tsx'
export { NewConversation } from '../people/new-conversation.tsx'
export { Find } from '../search/find.tsx'
export { MessageMenu } from '../timeline/message-menu.tsx'
