import { builder } from '../../graphql/builder.ts'
import type { SpamSettings } from '../spam-settings.ts'

const TEXTS = {
  repeatedBodies:
    'Messages with the same text that one person sends within 10 minutes before it counts as repeated; a third conversation counts as well. Null: the signal is off. Default: 5, or off where every send limit of the company allows one person more than 10 messages a second, as programs need.',
  mentions: 'Most people that a message may mention. Null: the signal is off.',
  blockedDomains: 'Domains that messages must not link to, with all below them; at most 200.',
  redirectors: 'Domains whose links name another address, which is looked at instead; at most 200.',
  moderatorsExempt: 'True if nothing of holders of MESSAGE_MODERATE counts as spam.',
}

/** The GraphQL type of the limits beyond which a message counts as spam. */
export const SpamSettingsRef = builder.objectRef<SpamSettings>('SpamSettings').implement({
  description:
    'The limits beyond which a message counts as spam. The first in a while is sent with a warning; further ones are refused for 5 minutes up to an hour; then they are held for review. A step is taken back for each day without another.',
  fields: (t) => ({
    repeatedBodies: t.exposeInt('repeatedBodies', { nullable: true, description: TEXTS.repeatedBodies }),
    mentions: t.exposeInt('mentions', { nullable: true, description: TEXTS.mentions }),
    blockedDomains: t.exposeStringList('blockedDomains', { description: TEXTS.blockedDomains }),
    redirectors: t.exposeStringList('redirectors', { description: TEXTS.redirectors }),
    moderatorsExempt: t.exposeBoolean('moderatorsExempt', { description: TEXTS.moderatorsExempt }),
  }),
})

/** The GraphQL input of a change of these limits. */
export const SpamSettingsInput = builder.inputType('SpamSettingsInput', {
  description:
    'A change of the limits beyond which a message counts as spam. Fields that are left out stay as they are.',
  fields: (t) => ({
    repeatedBodies: t.int({ description: TEXTS.repeatedBodies }),
    mentions: t.int({ description: TEXTS.mentions }),
    blockedDomains: t.stringList({ description: TEXTS.blockedDomains }),
    redirectors: t.stringList({ description: TEXTS.redirectors }),
    moderatorsExempt: t.boolean({ description: TEXTS.moderatorsExempt }),
  }),
})
