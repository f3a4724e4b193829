import type { Context } from '../../context.ts'
import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import type { ReceiptRow } from '../queries/receipts.ts'
import { DeliveryStatusEnum } from './refs.ts'

/** The GraphQL type of a receipt. */
export const ReceiptRef = builder.objectRef<ReceiptRow>('Receipt').implement({
  description: 'The delivery state of a message for one recipient.',
  fields: (t) => ({
    user: t.loadable({
      type: UserRef,
      description: 'The person.',
      load: loadUsers,
      // Only the loaders of the context remember people, and they forget them after a write.
      loaderOptions: { cache: false },
      resolve: (receipt) => receipt.userId,
    }),
    status: t.field({
      type: DeliveryStatusEnum,
      description: 'The delivery state.',
      resolve: (receipt) => (receipt.readAt ? 'READ' : 'DELIVERED'),
    }),
    deliveredAt: t.expose('deliveredAt', {
      type: 'DateTime',
      nullable: true,
      description: "Time at which the person's client received it; null if it has not.",
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the person read it; null if it is unread.',
    }),
  }),
})

/** A page of receipts. */
export const ReceiptConnection = builder.connectionObject(
  { type: ReceiptRef, name: 'ReceiptConnection', description: 'A page of receipts.' },
  { name: 'ReceiptEdge', description: 'A receipt and its cursor in the list.' },
)

async function loadUsers(ids: string[], context: Context) {
  return Promise.all(
    ids.map((id) =>
      context.loaders.user.load(id).then((user) => user ?? new Error('A receipt names nobody.')),
    ),
  )
}
