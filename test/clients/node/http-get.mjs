import http from 'node:http';

/** One GET through an agent; resolves when the answer has been read to its end. */
export function get(port, agent, timeoutMs = 30_000) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, agent, timeout: timeoutMs }, answer => {
      answer
        .resume()
        .on('end', resolve)
        .on('error', reject)
        .on('close', () => reject(new Error('broken off')));
    });
    request.on('timeout', () => request.destroy(new Error('too slow')));
    request.on('error', reject);
  });
}
