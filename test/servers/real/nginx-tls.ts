import { selfSignedCertificate } from './certificate.js';
import { prepareNginx } from './nginx.js';
import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'nginx-tls',
  package: 'nginx',
  program: '/usr/sbin/nginx',
  prepare: async (folder, port) => {
    const { keyPath, certificatePath } = await selfSignedCertificate(folder);
    return prepareNginx(
      folder,
      `listen 127.0.0.1:${port} ssl; ssl_certificate ${certificatePath}; ssl_certificate_key ${keyPath};`,
    );
  },
  notes: 'As nginx, but every connection is a TLS handshake; needs the openssl program for the certificate.',
};
