import { existsSync } from 'node:fs';
import { readProcTextOrNothing } from './file.js';
import { ownPid, readEnvironment } from './process.js';

/** What started this process, as far as it decides who gives it rights. */
export type Place = 'docker' | 'kubernetes' | 'systemd' | 'plain';

/**
 * Kubernetes tells its containers where its API is, docker and podman leave a file, and a process of a systemd unit has
 * that unit's cgroup (of user@1000.service a terminal has one, too).
 */
export function readPlace(): Place {
  if (readEnvironment(ownPid())['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes';
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) return 'docker';
  return isOfUnit(readProcTextOrNothing('/proc/self/cgroup') ?? '') ? 'systemd' : 'plain';
}

/** By the text of /proc/self/cgroup: "0::/system.slice/churn.service". */
export function isOfUnit(cgroups: string): boolean {
  return /^\d+:(?:name=systemd)?:\/(?!user\.slice).*\.service$/m.test(cgroups);
}
