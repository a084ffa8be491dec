import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'copas',
  package: 'lua-copas',
  program: '/usr/bin/lua5.1',
  prepare: async (folder, port) => {
    const program = join(folder, 'echo.lua');
    await writeFile(
      program,
      `local copas = require("copas")
local server = assert(require("socket").bind("127.0.0.1", ${port}, 128))
copas.addserver(server, function(connection)
  connection = copas.wrap(connection)
  while true do
    local line = connection:receive("*l")
    if not line then
      return
    end
    connection:send(line .. "\\n")
  end
end)
copas.loop()
`,
    );
    return { command: ['/usr/bin/lua5.1', program] };
  },
  long: true,
  notes: "The echo server of Copas' manual: a coroutine for every connection, under Lua's collector.",
};
