import { ChurnError } from './errors.js';

/** What stood in the way when a system call of ours failed, and what helps. */
export interface OwnLimit {
  /** A clause: "the disk is full". */
  readonly what: string;
  readonly remedy: string;
}

/**
 * The errors that Node raises when this machine or this process is at a limit, by `code`: errno(3) as Linux has it, and
 * Node's own for threads. None of them says anything of a server.
 */
const OWN_LIMITS: Readonly<Record<string, OwnLimit>> = {
  EMFILE: {
    what: 'churn itself has no file descriptors left',
    remedy: 'Raise its limit (ulimit -n 65536) or lower --concurrency or --hold.',
  },
  ENFILE: {
    what: 'this machine has no file descriptors left for anybody',
    remedy: 'Find who holds them (lsof -n), or raise fs.file-max with sysctl.',
  },
  ENOMEM: {
    what: 'this machine has no memory left for churn',
    remedy: 'Look at free -m, at ulimit -v, and at the memory limit of the cgroup or container.',
  },
  ENOBUFS: { what: 'the kernel has no memory left for sockets', remedy: 'Look at sysctl net.ipv4.tcp_mem.' },
  EAGAIN: {
    what: 'this machine gives churn no further process or thread',
    remedy: 'Look at ulimit -u, and at the pids limit of the cgroup or container.',
  },
  ERR_WORKER_INIT_FAILED: {
    what: 'this machine gives churn no further thread',
    remedy: 'Look at ulimit -u, and at the pids limit of the cgroup or container.',
  },
  ERR_WORKER_OUT_OF_MEMORY: {
    what: 'a thread of churn has no memory left',
    remedy: 'Look at free -m, and at the memory limit of the cgroup or container.',
  },
  // Node's loader says this of a file that is there and that it has no descriptor for, too.
  ERR_MODULE_NOT_FOUND: {
    what: 'a part of churn could not be loaded',
    remedy: 'Look at ulimit -n, or install churn anew.',
  },
  ENOSPC: { what: 'the disk is full', remedy: 'Make room (df -h), or name a file on another disk.' },
  EDQUOT: {
    what: 'your quota of the disk is used up',
    remedy: 'Make room (quota), or name a file elsewhere.',
  },
  EFBIG: {
    what: 'it is more than a file may hold here',
    remedy: 'Raise the limit of this shell (ulimit -f unlimited), or name a file on another disk.',
  },
  EROFS: { what: 'its file system is read-only', remedy: 'Name a file elsewhere, such as in /tmp.' },
  EIO: {
    what: 'the device answered with an error',
    remedy: 'Look at dmesg, or name a file on another disk.',
  },
  EPIPE: { what: 'nobody reads it any more', remedy: 'Let the reader stay until its end.' },
};

/** The limit of our own that an error tells of; undefined for any other error. */
export function ownLimitBehind(error: unknown): OwnLimit | undefined {
  const { code = '', message = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (Object.hasOwn(OWN_LIMITS, code)) return OWN_LIMITS[code];
  // Node wraps some of them: "spawn EAGAIN", "Worker initialization failure: EMFILE".
  const named = Object.keys(OWN_LIMITS).find(name => code.startsWith('ERR_') && message.endsWith(name));
  return named === undefined ? undefined : OWN_LIMITS[named];
}

/** The same as the error that ends a run, with the call and the file that met the limit. */
export function ownLimitError(error: unknown): ChurnError | undefined {
  const limit = ownLimitBehind(error);
  if (limit === undefined) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const where = [syscall, path].filter(Boolean).join(' ');
  const sentence = `${limit.what.charAt(0).toUpperCase()}${limit.what.slice(1)} (${[code, where].filter(Boolean).join(', ')}).`;
  return Object.assign(new ChurnError('own-limit', sentence, limit.remedy), { cause: error });
}

/** Why a file could not be written, as a clause: "the disk is full (ENOSPC)". */
export function writeTrouble(error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const limit = ownLimitBehind(error);
  return limit === undefined ? (WRITE_TROUBLES[code] ?? code) : `${limit.what} (${code})`;
}

const WRITE_TROUBLES: Readonly<Record<string, string>> = {
  EACCES: 'that is not allowed (EACCES)',
  EPERM: 'that is not allowed (EPERM)',
  ENOENT: 'its folder is gone (ENOENT)',
  ENAMETOOLONG: 'its name is too long (ENAMETOOLONG)',
  ETXTBSY: 'it is a program that runs (ETXTBSY)',
};
