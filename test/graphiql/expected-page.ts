/** The examples. */
export const TABS = [
  'Inbox',
  'InboxEvents',
  'FindColleague',
  'SendMessage',
  'Unread',
  'MarkRead',
  'Messages',
  'Search',
  'SendBroadcast',
  'Broadcasts',
  'CreateGroup',
  'GuestEvents',
  'SendGuestMessage',
  'Guests',
]

/** The people of the first demo company. */
export const ACME = [
  'Alice Archer',
  'Bob Baker',
  'Adam Abbott',
  'Sara Sousa',
  'Audrey Aubert',
  'Carol Cruz',
  'Dave Dubois',
]
