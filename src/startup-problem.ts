/**
 * A reason not to start, worded for the operator in one line: what is wrong and what to do about it.
 * The process prints the message alone, without a stack, and exits with code 1.
 */
export class StartupProblem extends Error {
  override name = 'StartupProblem'
}
