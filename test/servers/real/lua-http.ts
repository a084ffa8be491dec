import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'lua-http',
  package: 'lua-http',
  program: '/usr/bin/lua5.1',
  prepare: async (folder, port) => {
    const program = join(folder, 'hello.lua');
    await writeFile(
      program,
      `local headers = require("http.headers")
local server = assert(require("http.server").listen({
  host = "127.0.0.1",
  port = ${port},
  tls = false,
  onstream = function(_, stream)
    assert(stream:get_headers())
    local answer = headers.new()
    answer:append(":status", "200")
    assert(stream:write_headers(answer, false))
    assert(stream:write_chunk("hello\\n", true))
  end,
  onerror = function() end,
}))
assert(server:listen())
assert(server:loop())
`,
    );
    return { command: ['/usr/bin/lua5.1', program] };
  },
  long: true,
  notes: 'cqueues: a coroutine and a control queue for every connection, under the collector of Lua.',
};
