import type { Operation } from './operations.ts'

/** The example operations about guests: with them and the command line the whole loop is visible, though no SMS leaves the machine. */
export function guestOperations(reader: string): Operation[] {
  return [
    {
      by: 'reader',
      query: `# ${reader} listens to guests. Start this, then run SendGuestMessage in
# another tab or window: each delivery advances here. Then answer as a guest, in a terminal:
#   npm run cli -- guest-reply +14155550123 "At seven" --to +14155550100
# and once more with STOP, with HELP and with START.
subscription GuestEvents {
  guestEvents {
    __typename
    ... on InboundReceived { message { body receivedOn guest { name } } }
    ... on DeliveryAdvanced {
      delivery { status guest { name } message { counts { status count } } }
    }
    ... on ConsentChanged { guest { name consent needsConsentReview } }
  }
}
`,
    },
    {
      by: 'reader',
      query: `# ${reader} writes to all guests who have subscribed. Without an
# account at Twilio each SMS is written into the folder sms of the data directory.
mutation SendGuestMessage($input: SendGuestMessageInput!) {
  sendGuestMessage(input: $input) {
    __typename
    ... on SendGuestMessagePayload {
      guestMessage { id recipientCount counts { status count } }
      preview { encoding characters segments costEstimate }
      skipped
    }
    ... on UserError { detail }
  }
}
`,
      variables: { input: { allSubscribed: true, body: 'The bar is open until midnight.' } },
    },
    {
      by: 'reader',
      query: `# The guests, and everything that was written by SMS. A search finds a
# whole phone or e-mail address, and words of the name.
query Guests($search: String) {
  guests(search: $search, first: 10) {
    nodes { id name phone consent consentEvents(first: 3) { nodes { state source words at } } }
  }
  inboundMessages(first: 10) { nodes { body receivedOn receivedAt guest { name } } }
  guestMessages(first: 10) { nodes { body createdAt counts { status count } } }
}
`,
      variables: { search: null },
    },
  ]
}
