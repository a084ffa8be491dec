import { usualRequest } from '../../src/options/request.js';
import { PROTOCOLS, type Script } from '../../src/workload/script.js';

/** What clients say when nothing is chosen: a plain HTTP GET, and any answer will do. */
export function script(different: Partial<Script> = {}): Script {
  return {
    request: new TextEncoder().encode(PROTOCOLS.http.request),
    greets: false,
    meant: false,
    expect: undefined,
    waitMs: 10,
    tls: { sni: undefined, alpn: [], ca: undefined, insecure: false, cert: undefined, key: undefined },
    isSecure: false,
    http: usualRequest(new TextEncoder().encode(PROTOCOLS.http.request)),
    ...different,
  };
}
