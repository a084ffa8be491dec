import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  readonly keyPath: string;
  readonly certificatePath: string;
}

/** A self-signed certificate for 127.0.0.1, made fresh: no private key is kept in the repository. */
export async function selfSignedCertificate(folder: string): Promise<Certificate> {
  const keyPath = join(folder, 'key.pem');
  const certificatePath = join(folder, 'certificate.pem');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', keyPath, '-out', certificatePath],
  ]);
  return { keyPath, certificatePath };
}
