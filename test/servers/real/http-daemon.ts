import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RealServer } from './recipe.js';

export const recipe: RealServer = {
  name: 'http-daemon',
  package: 'libhttp-daemon-perl',
  program: '/usr/bin/perl',
  prepare: async (folder, port) => {
    const program = join(folder, 'hello.pl');
    await writeFile(
      program,
      `use HTTP::Daemon;
use HTTP::Response;
my $daemon = HTTP::Daemon->new(LocalAddr => '127.0.0.1', LocalPort => ${port}, ReuseAddr => 1, Listen => 128)
    or die "cannot listen: $@";
$SIG{PIPE} = 'IGNORE';
while (my $connection = $daemon->accept) {
    while (my $request = $connection->get_request) {
        $connection->send_response(HTTP::Response->new(200, 'OK', undef, "hello\\n"));
    }
    $connection->close;
}
`,
    );
    return { command: ['/usr/bin/perl', program] };
  },
  notes:
    'The loop of its manual: one connection at a time, an object for each, freed by its count of references.',
};
