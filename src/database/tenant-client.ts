import { toDomainError } from './errors.ts'
import type { Prisma, PrismaClient } from './generated/prisma/client.ts'
import { asTenant, type Tenant } from './tenant-pool.ts'

/** The API of an interactive transaction: Prisma's models and raw statements on one bound connection. */
export type Transaction = Prisma.TransactionClient

/** Prisma as one tenant sees it. */
export type TenantClient = ReturnType<typeof tenantClient>

type FindFirst = (args: unknown) => Promise<unknown>

/**
 * Creates an extended client that runs every operation with the tenant's binding.
 * Prisma promises are lazy, so the query is awaited inside the scope. Prisma also merges the `findUnique` calls of one
 * tick across all clients extended from one base, which would run two tenants' look-ups with one binding. They are
 * answered by `findFirst`, which it does not merge. So `findUnique(…).users()` is not supported: use `include`.
 * `$transaction` does not pass through query extensions and is overridden.
 */
export function tenantClient(base: PrismaClient, tenant: Tenant) {
  // By name, because Prisma's types do not offer it.
  const models = base as unknown as Record<string, { findFirst: FindFirst; findFirstOrThrow: FindFirst }>
  return base.$extends({
    name: 'tenant',
    query: {
      async $allOperations({ model, operation, args, query }) {
        if (model && (operation === 'findUnique' || operation === 'findUniqueOrThrow')) {
          const delegate = models[model.charAt(0).toLowerCase() + model.slice(1)]
          if (!delegate) throw new TypeError(`Prisma has no model ${model}.`)
          const first = { ...args, where: flattenKeys(args.where) }
          return inDomainTerms(tenant, async () =>
            operation === 'findUnique'
              ? await delegate.findFirst(first)
              : await delegate.findFirstOrThrow(first),
          )
        }
        return inDomainTerms(tenant, async () => await query(args))
      },
    },
    client: {
      async $transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
        // The array form would run its look-ups outside of the transaction, because other queries answer them.
        if (typeof work !== 'function') throw new TypeError('A tenant transaction takes a function.')
        return asTenant(tenant, async () => await base.$transaction(work))
      },
    },
  })
}

async function inDomainTerms<T>(tenant: Tenant, work: () => Promise<T>): Promise<T> {
  try {
    return await asTenant(tenant, work)
  } catch (error) {
    throw toDomainError(error)
  }
}

/** Turns `{ companyId_id: { companyId, id } }` into `{ companyId, id }` for `findFirst`. */
function flattenKeys(where: object): object {
  return Object.fromEntries(
    Object.entries(where).flatMap(([key, value]) =>
      key.includes('_') && typeof value === 'object' && value !== null
        ? Object.entries(value)
        : [[key, value]],
    ),
  )
}
