import { z } from 'zod'
import { id, shortText } from '../input.ts'

/** A rule on who may see a message, with exactly one target. */
export interface AccessRule {
  effect: 'ALLOW' | 'DENY'
  roleId?: string
  userId?: string
  attribute?: string
}

/** The rules of a message that everybody in its conversation sees, as JSON. */
export const NO_RULES = '[]'

const MAX_RULES = 50
const DEPARTMENT = 'department:'

const rule = z
  .object({
    effect: z.enum(['ALLOW', 'DENY']),
    roleId: id('Role').nullish(),
    userId: id('User').nullish(),
    attribute: shortText(255 + DEPARTMENT.length, 'The attribute').nullish(),
  })
  .transform(({ effect, roleId, userId, attribute }, context): AccessRule => {
    const targets = [roleId != null && { roleId }, userId != null && { userId }].filter(
      (each) => each !== false,
    )
    if (attribute != null) {
      if (!isDepartment(attribute))
        context.addIssue({
          code: 'custom',
          path: ['attribute'],
          message: 'An attribute is a department, such as department:finance.',
        })
      return one(effect, [...targets, { attribute: attribute.trim() }], context)
    }
    return one(effect, targets, context)
  })

/** A list of access rules. Empty: everybody in the conversation sees the message. */
export const accessRules = z
  .array(rule)
  .max(MAX_RULES, { error: `A message has at most ${MAX_RULES} access rules.` })

function one(
  effect: AccessRule['effect'],
  targets: Omit<AccessRule, 'effect'>[],
  context: { addIssue(issue: { code: 'custom'; message: string }): void },
): AccessRule {
  if (targets.length !== 1)
    context.addIssue({ code: 'custom', message: 'A rule names exactly one of roleId, userId and attribute.' })
  return { effect, ...targets[0] }
}

function isDepartment(attribute: string): boolean {
  return attribute.startsWith(DEPARTMENT) && attribute.slice(DEPARTMENT.length).trim() !== ''
}
