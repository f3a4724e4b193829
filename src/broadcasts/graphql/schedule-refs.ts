import { builder } from '../../graphql/builder.ts'

/** The GraphQL type of a schedule. */
export const ScheduleRef = builder.objectRef<{ localTime: string; timeZone: string }>('Schedule').implement({
  description: 'A local time in a time zone. It stays the same when daylight saving time begins or ends.',
  fields: (t) => ({
    localTime: t.expose('localTime', { type: 'LocalDateTime', description: 'The local time.' }),
    timeZone: t.exposeString('timeZone', { description: 'The IANA time zone.' }),
  }),
})

/** The GraphQL input of a schedule. */
export const ScheduleInput = builder.inputType('ScheduleInput', {
  description:
    'A local time in a time zone. A local time that daylight saving time skips is rejected; for one that occurs twice, the first is meant.',
  fields: (t) => ({
    localTime: t.field({
      type: 'LocalDateTime',
      required: true,
      description: 'The local time, at most one year ahead.',
    }),
    timeZone: t.string({ required: true, description: 'An IANA time zone, such as Europe/Berlin.' }),
  }),
})
