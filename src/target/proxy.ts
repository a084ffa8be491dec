/** A program that only passes connections on, and the port that it passes them to, as far as its arguments tell. */
export interface ProxyProgram {
  readonly program: string;
  readonly port: number | undefined;
}

/** Programs that serve nothing by themselves; those that may (nginx, apache) are servers to us. */
const PROXIES: ReadonlyMap<string, (args: string) => ProxyProgram['port'] | false> = new Map([
  ['docker-proxy', args => numberOf(/-container-port[ =](\d+)/.exec(args))],
  ['rootlessport', () => undefined],
  ['rootlesskit', () => undefined],
  ['slirp4netns', () => undefined],
  ['kube-proxy', () => undefined],
  ['socat', socatPort],
  ['haproxy', () => undefined],
  ['envoy', () => undefined],
  ['traefik', () => undefined],
  ['stunnel', () => undefined],
  ['stunnel4', () => undefined],
  ['systemd-socket-proxyd', args => numberOf(/:(\d+)$/.exec(args))],
  ['ssh', args => numberOf(/-[A-Za-z]*L *\S*:(\d+)(?: |$)/.exec(args))],
] as const);

export function proxyOf(program: string | undefined, command: readonly string[]): ProxyProgram | undefined {
  const port =
    program === undefined ? undefined : (PROXIES.get(program.replace(/\d+$/, '')) ?? PROXIES.get(program));
  if (program === undefined || port === undefined) return undefined;
  const found = port(command.join(' '));
  return found === false ? undefined : { program, port: found };
}

/** Whatever listens there, socat is a proxy when its other end connects. */
function socatPort(args: string): ProxyProgram['port'] | false {
  const connects =
    /(?:^|[\s"'])(tcp[46]?(?:-connect)?|openssl(?:-connect)?|ssl|unix(?:-connect|-client)?|abstract(?:-connect|-client)?|vsock(?:-connect)?|proxy|socks4a?|socks5):(?:[^\s,]*:)?(\d+)?/i.exec(
      args,
    );
  return connects ? numberOf(connects, 2) : false;
}

function numberOf(match: RegExpExecArray | null, group = 1): number | undefined {
  const digits = match?.[group];
  return digits === undefined ? undefined : Number(digits);
}
