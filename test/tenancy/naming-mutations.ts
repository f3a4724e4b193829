import { DENIED, INVALID, mutation, type NamingCase, NOT_FOUND, NOT_FOUND_OR_DENIED } from './naming-case.ts'

const A_DAY = { format: 'CSV', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }

/** Mutations that take ids. */
export const namingMutations: Record<string, NamingCase> = {
  'Mutation.sendGuestMessage': mutation('sendGuestMessage', [
    [(ids) => ({ guestIds: [ids.guest], body: 'No' }), NOT_FOUND_OR_DENIED],
    [(ids) => ({ allSubscribed: true, inReplyToId: ids.inbound, body: 'No' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.cancelGuestMessage': mutation('cancelGuestMessage', [
    [(ids) => ({ guestMessageId: ids.guestMessage }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.recordGuestConsent': mutation('recordGuestConsent', [
    [(ids) => ({ guestId: ids.guest, state: 'OPTED_OUT' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.eraseGuest': mutation('eraseGuest', [[(ids) => ({ guestId: ids.guest }), NOT_FOUND_OR_DENIED]]),
  'Mutation.sendBroadcast': mutation('sendBroadcast', [
    [(ids) => ({ audience: 'USERS', userIds: [ids.user], subject: 'No', body: 'No' }), NOT_FOUND_OR_DENIED],
    [
      (ids) => ({ audience: 'GROUPS', groupIds: [ids.conversation], subject: 'No', body: 'No' }),
      NOT_FOUND_OR_DENIED,
    ],
  ]),
  'Mutation.markBroadcastRead': mutation('markBroadcastRead', [
    [(ids) => ({ broadcastId: ids.broadcast }), NOT_FOUND],
  ]),
  'Mutation.rescheduleBroadcast': mutation('rescheduleBroadcast', [
    [
      (ids) => ({
        broadcastId: ids.broadcast,
        schedule: {
          localTime: `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00`,
          timeZone: 'UTC',
        },
      }),
      NOT_FOUND_OR_DENIED,
    ],
  ]),
  'Mutation.cancelBroadcast': mutation('cancelBroadcast', [
    [(ids) => ({ broadcastId: ids.broadcast }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.remindUnreadRecipients': mutation('remindUnreadRecipients', [
    [(ids) => ({ broadcastId: ids.broadcast }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.updateRole': mutation('updateRole', [
    [(ids) => ({ roleId: ids.role, name: 'No' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.deleteRole': mutation('deleteRole', [[(ids) => ({ roleId: ids.role }), NOT_FOUND_OR_DENIED]]),
  'Mutation.createConnectionTicket': mutation('createConnectionTicket', [
    [(ids) => ({ companyId: ids.company }), DENIED],
  ]),
  'Mutation.startDirectConversation': mutation('startDirectConversation', [
    [(ids) => ({ userId: ids.user }), NOT_FOUND],
  ]),
  'Mutation.createGroup': mutation('createGroup', [
    [(ids) => ({ title: 'Never', memberIds: [ids.user] }), NOT_FOUND],
  ]),
  'Mutation.updateGroup': mutation('updateGroup', [
    [(ids) => ({ groupId: ids.conversation, title: 'Taken', access: 'OPEN' }), NOT_FOUND],
  ]),
  'Mutation.updateDepartmentChannel': mutation('updateDepartmentChannel', [
    [(ids) => ({ conversationId: ids.conversation, departments: ['Any'] }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.joinGroup': mutation('joinGroup', [[(ids) => ({ groupId: ids.conversation }), NOT_FOUND]]),
  'Mutation.leaveGroup': mutation('leaveGroup', [[(ids) => ({ groupId: ids.conversation }), NOT_FOUND]]),
  'Mutation.addParticipants': mutation('addParticipants', [
    [(ids) => ({ conversationId: ids.conversation, userIds: [ids.user] }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, userIds: [ids.user] }), NOT_FOUND],
  ]),
  'Mutation.removeParticipant': mutation('removeParticipant', [
    [(ids) => ({ conversationId: ids.conversation, userId: ids.user }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, userId: ids.user }), NOT_FOUND],
  ]),
  'Mutation.changeParticipantRole': mutation('changeParticipantRole', [
    [(ids) => ({ conversationId: ids.conversation, userId: ids.user, role: 'ADMIN' }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, userId: ids.user, role: 'ADMIN' }), NOT_FOUND],
  ]),
  'Mutation.muteConversation': mutation('muteConversation', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
  ]),
  'Mutation.hideConversation': mutation('hideConversation', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
  ]),
  'Mutation.openContextConversation': mutation('openContextConversation', [
    [(ids) => ({ type: 'PLAN', contextId: 'never', participantIds: [ids.user] }), NOT_FOUND],
  ]),
  'Mutation.editMessage': mutation('editMessage', [
    [(ids) => ({ messageId: ids.message, body: 'Changed' }), NOT_FOUND],
  ]),
  'Mutation.retractMessage': mutation('retractMessage', [[(ids) => ({ messageId: ids.message }), NOT_FOUND]]),
  'Mutation.setReaction': mutation('setReaction', [
    [(ids) => ({ messageId: ids.message, emoji: '👍', on: true }), NOT_FOUND],
  ]),
  'Mutation.hideMessage': mutation('hideMessage', [[(ids) => ({ messageId: ids.message }), NOT_FOUND]]),
  'Mutation.setMessageAccess': mutation('setMessageAccess', [
    [(ids) => ({ messageId: ids.message, rules: [] }), NOT_FOUND],
    [(ids, own) => ({ messageId: own.messageId, rules: [{ effect: 'ALLOW', userId: ids.user }] }), NOT_FOUND],
    [(ids, own) => ({ messageId: own.messageId, rules: [{ effect: 'DENY', roleId: ids.role }] }), NOT_FOUND],
  ]),
  'Mutation.reportMessage': mutation('reportMessage', [
    [(ids) => ({ messageId: ids.message, reason: 'OTHER' }), NOT_FOUND],
  ]),
  'Mutation.decideModerationCase': mutation('decideModerationCase', [
    [(ids) => ({ caseId: ids.moderationCase, decision: 'DISMISS', reason: 'No' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.requestExport': mutation('requestExport', [
    [(ids) => ({ ...A_DAY, userIds: [ids.user] }), NOT_FOUND_OR_DENIED],
    [(ids) => ({ ...A_DAY, conversationIds: [ids.conversation] }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.createExportLink': mutation('createExportLink', [
    [(ids) => ({ exportId: ids.export }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.eraseUser': mutation('eraseUser', [
    [(ids) => ({ userId: ids.user, confirmName: 'Anybody' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.createLegalHold': mutation('createLegalHold', [
    [(ids) => ({ name: 'Theirs', userId: ids.user }), NOT_FOUND_OR_DENIED],
    [(ids) => ({ name: 'Theirs', conversationId: ids.conversation }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.releaseLegalHold': mutation('releaseLegalHold', [
    [(ids) => ({ holdId: ids.legalHold, reason: 'Over' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.deleteUpload': mutation('deleteUpload', [
    [(ids) => ({ attachmentId: ids.attachment }), NOT_FOUND],
  ]),
  'Mutation.createAttachmentLink': mutation('createAttachmentLink', [
    [(ids) => ({ attachmentId: ids.attachment }), NOT_FOUND],
  ]),
  'Mutation.setTyping': mutation('setTyping', [
    [(ids) => ({ conversationId: ids.conversation, typing: true }), NOT_FOUND],
  ]),
  'Mutation.unmuteConversation': mutation('unmuteConversation', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
  ]),
  'Mutation.sendMessage': mutation('sendMessage', [
    [(ids) => ({ conversationId: ids.conversation, body: 'Anybody?' }), NOT_FOUND],
    [(ids) => ({ recipientId: ids.user, body: 'Anybody?' }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, parentId: ids.message, body: 'Anybody?' }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, mentionIds: [ids.user], body: 'Anybody?' }), INVALID],
    [(ids, own) => ({ conversationId: own.groupId, attachmentIds: [ids.attachment], body: '' }), INVALID],
    [
      (ids, own) => ({ conversationId: ids.conversation, parentId: own.messageId, body: 'Anybody?' }),
      NOT_FOUND,
    ],
  ]),
  'Mutation.markRead': mutation('markRead', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
    [(ids) => ({ conversationId: ids.conversation, upToSeq: 1_000_000 }), NOT_FOUND],
  ]),
  'Mutation.markUnread': mutation('markUnread', [
    [(ids) => ({ conversationId: ids.conversation, fromSeq: 1 }), NOT_FOUND],
    [(ids) => ({ conversationId: ids.conversation, fromSeq: 1_000_000 }), NOT_FOUND],
  ]),
  'Mutation.acknowledgeDelivery': mutation('acknowledgeDelivery', [
    [(ids) => ({ marks: [{ conversationId: ids.conversation, upToSeq: 1 }] }), NOT_FOUND],
    [
      (ids, own) => ({
        marks: [
          { conversationId: own.groupId, upToSeq: 1 },
          { conversationId: ids.conversation, upToSeq: 1_000_000 },
        ],
      }),
      NOT_FOUND,
    ],
  ]),
}
