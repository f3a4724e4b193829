/** Runs one operation of Prisma in a span of this name. */
export type RunNamed = (name: string, work: () => Promise<unknown>) => Promise<unknown>

type Method = (...args: unknown[]) => Promise<unknown>

/** Raw statements of a client or a transaction. */
const RAW = ['$queryRaw', '$queryRawUnsafe', '$executeRaw', '$executeRawUnsafe']

/**
 * Returns a client of Prisma, or a transaction, whose operations run in spans: `User.findMany`, or `queryRaw`. The name is that of the
 * code alone, without arguments and text.
 */
export function tracePrisma<Client extends object>(client: Client, run: RunNamed): Client {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof key !== 'string') return value
      if (RAW.includes(key)) return inSpan(key.slice(1), value as Method, target, run)
      return isModel(value) ? traceModel(key, value, run) : value
    },
  })
}

function traceModel<Model extends object>(name: string, model: Model, run: RunNamed): Model {
  const title = name.charAt(0).toUpperCase() + name.slice(1)
  return new Proxy(model, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      // `fields` and the like are no operations.
      return typeof key === 'string' && typeof value === 'function' && !key.startsWith('$')
        ? inSpan(`${title}.${key}`, value as Method, target, run)
        : value
    },
  })
}

/** Prisma's promises are lazy: awaited here, the statement runs within the span. */
function inSpan(name: string, method: Method, target: object, run: RunNamed): Method {
  return (...args) => run(name, async () => await method.apply(target, args))
}

function isModel(value: unknown): value is object {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'findMany') === 'function'
}
