import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { RealServer } from './recipe.js';

export const monoHttp: RealServer = {
  name: 'mono-http',
  package: 'mono-mcs',
  program: '/usr/bin/mcs',
  prepare: async (folder, port) => {
    const source = join(folder, 'Hello.cs');
    const program = join(folder, 'Hello.exe');
    await writeFile(
      source,
      `using System.Net;
using System.Text;
using System.Threading.Tasks;
static class Hello {
    static void Main() {
        var listener = new HttpListener();
        listener.Prefixes.Add("http://127.0.0.1:${port}/");
        listener.Start();
        for (;;) {
            var context = listener.GetContext();
            Task.Run(() => {
                var hello = Encoding.ASCII.GetBytes("hello\\n");
                context.Response.OutputStream.Write(hello, 0, hello.Length);
                context.Response.Close();
            });
        }
    }
}
`,
    );
    await promisify(execFile)('/usr/bin/mcs', [`-out:${program}`, source]);
    return { command: ['/usr/bin/mono', program], env: { HOME: folder } };
  },
  long: true,
  notes: 'HttpListener of the class library, on the thread pool of Mono, which grows and shrinks.',
};
