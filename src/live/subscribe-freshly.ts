import { createSourceEventStream, type ExecutionArgs, execute, type SubscriptionArgs } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type Context, refreshContext } from '../context.ts'

/**
 * Runs each event of a subscription with a context of its own: what an event shows is as of its delivery, not as
 * remembered from an earlier one.
 */
export function subscribeFreshly(): Plugin {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe)
    },
  }
}

async function subscribe(args: SubscriptionArgs) {
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return source
  return mapEvents(source, args)
}

function mapEvents(source: AsyncIterable<unknown>, args: ExecutionArgs) {
  const events = source[Symbol.asyncIterator]()
  const context = args.contextValue as Context
  return {
    async next() {
      const { value, done } = await events.next()
      if (done) return { value: undefined, done: true as const }
      return {
        value: await execute({ ...args, rootValue: value, contextValue: refreshContext(context) }),
        done: false,
      }
    },
    async return() {
      await events.return?.()
      return { value: undefined, done: true as const }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
