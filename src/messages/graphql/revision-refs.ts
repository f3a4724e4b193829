import { countText } from '../../graphql/answered-text.ts'
import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { type RevisionRow, readRevision } from '../queries/revisions.ts'

export const MessageRevisionRef = builder.objectRef<RevisionRow>('MessageRevision').implement({
  description: 'An earlier text of a message.',
  fields: (t) => ({
    subject: t.string({
      nullable: true,
      description: 'The earlier subject.',
      resolve: (revision, _args, context, info) => {
        countText(context, info, revision.subject)
        return readRevision(context, revision, 'subject')
      },
    }),
    body: t.string({
      description: 'The earlier body.',
      resolve: async (revision, _args, context, info) => {
        countText(context, info, revision.body)
        return (await readRevision(context, revision, 'body')) ?? ''
      },
    }),
    editedAt: t.expose('editedAt', { type: 'DateTime', description: 'Time at which an edit replaced it.' }),
    editedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person who edited it; null once that person is erased.',
      resolve: ({ editedById }, _args, { loaders }) => loaders.user.load(editedById),
    }),
  }),
})

export const MessageRevisionConnection = builder.connectionObject(
  { type: MessageRevisionRef, name: 'MessageRevisionConnection', description: 'A page of earlier texts.' },
  { name: 'MessageRevisionEdge', description: 'An earlier text and its cursor in the list.' },
)
