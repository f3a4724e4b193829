/**
 * A reason not to start, in one line for the operator: what is wrong and what to do about it. The process prints the
 * message without a stack, and exits with code 1.
 */
export class StartupProblem extends Error {
  override name = 'StartupProblem'
}
