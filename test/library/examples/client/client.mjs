import { Agent, get } from 'node:http';

/** An HTTP client with a pool, and two places where one forgets a connection: an answer that it does not want, and one that does not come. */
class PoolingClient {
  #url;
  #agent;

  constructor(url, { connections = 10 } = {}) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: 2 });
  }

  /** The body of the answer; rejects when the status is not 200, or when nothing comes for so long. */
  fetch(path = '/', withinMs = 300) {
    return new Promise((resolve, reject) => {
      const request = get(new URL(path, this.#url), { agent: this.#agent, timeout: withinMs }, answer => {
        if (answer.statusCode !== 200) {
          this.dismiss(answer);
          reject(new Error(`status ${answer.statusCode}`));
          return;
        }
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', text => {
          body += text;
        });
        answer.on('end', () => resolve(body));
        answer.on('error', reject);
      });
      request.on('timeout', () => {
        this.giveUp(request);
        reject(new Error(`no answer for ${withinMs} ms`));
      });
      request.on('error', reject);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

export class FixedClient extends PoolingClient {
  /** Read to its end, so that its connection goes back to the pool. */
  dismiss(answer) {
    answer.resume();
  }

  /** A 'timeout' closes nothing by itself. */
  giveUp(request) {
    request.destroy();
  }
}

export class LeakingClient extends PoolingClient {
  dismiss() {}

  giveUp() {}
}

/** The one that the tests of this folder are about. */
export const Client = process.env.CLIENT === 'leaking' ? LeakingClient : FixedClient;
