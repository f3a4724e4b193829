import { StartupProblem } from '../startup-problem.ts'

const reasons: Record<string, string> = {
  EACCES: 'this user may not read and write it',
  EPERM: 'this user may not read and write it',
  EROFS: 'it is on a read-only disk',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's disk quota is used up",
  ENOENT: 'it cannot be created',
  ENOTDIR: 'it is, or lies below, something that is not a folder',
  EEXIST: 'it is not a folder',
  ENAMETOOLONG: 'its name is too long',
  EIO: 'the disk reports an error',
}

/** Returns a file system error as a StartupProblem for the operator. Other errors are returned unchanged. */
export function storageProblem(error: unknown, path: string): unknown {
  const reason = reasons[errorCode(error) ?? '']
  if (reason === undefined) return error
  return new StartupProblem(
    `Cannot use ${path}: ${reason}. Correct this, or set DATA_DIR to another folder.`,
    {
      cause: error,
    },
  )
}

/** Returns the system's code of an error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
