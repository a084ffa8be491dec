import { once } from 'node:events';

/**
 * Clients of a protocol of lines: one line there, one line back. The socket is handed in by `connect`, so that a test
 * can hand in another.
 */
async function ask(socket, line) {
  socket.write(`${line}\n`);
  const [answer] = await once(socket, 'data');
  if (String(answer).startsWith('ERR')) throw new Error(String(answer).trim());
  return String(answer).trim();
}

/** Closes when all went well only. */
async function leaking(connect, line) {
  const socket = connect();
  const answer = await ask(socket, line);
  socket.destroy();
  return answer;
}

async function fixed(connect, line) {
  const socket = connect();
  try {
    return await ask(socket, line);
  } finally {
    socket.destroy();
  }
}

/** Closes the socket that it was given last, after it has asked for two: a mock sees one that was closed. */
async function closesTheOther(connect, line) {
  connect().on('error', () => undefined);
  return fixed(connect, line);
}

const CLIENTS = { leaking, fixed, 'closes-the-other': closesTheOther };
export const request = CLIENTS[process.env.CLIENT ?? 'fixed'];
