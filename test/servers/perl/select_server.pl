# An echo server on IO::Select: one loop, an object for every connection.
#
# perl select_server.pl [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
use strict;
use warnings;

use Errno qw(EAGAIN EINTR ECONNRESET);
use Getopt::Long qw(GetOptions);
use IO::Select;
use IO::Socket::INET;

my @faults = (
    'no-close',        # after the client has closed, every Kth socket stays in CLOSE_WAIT
    'no-close-rst',    # after the client has reset, every Kth socket stays, in no table
    'memory',          # keeps --bytes bytes for every Kth connection
    'graph',           # keeps a session of some 10 KiB in many small objects for every Kth connection
    'cycle',           # the object of every Kth connection refers to itself, so that its count never falls to 0
    'child-stays',     # every Kth connection forks a child that waits for ever
    'file',            # opens a file on every Kth connection and keeps it
    'crash',           # aborts on connection --at K: SIGABRT
);
my %options = (port => 0, host => '127.0.0.1', fault => '', every => 1, bytes => 1024, at => 1);
GetOptions(\%options, 'port=i', 'host=s', 'fault=s', 'every=i', 'bytes=i', 'at=i', 'list-faults') or exit 2;
if ($options{'list-faults'}) {
    print map { "$_\n" } @faults;
    exit 0;
}
if ($options{fault} ne '' && !grep { $_ eq $options{fault} } @faults) {
    print STDERR "no fault $options{fault} here; there are: @faults\n";
    exit 2;
}

my (%kept, %clients);
$SIG{PIPE} = 'IGNORE';
my $server = listen_on($options{host}, $options{port});
my $select = IO::Select->new($server);
$| = 1;
print 'ready ', $server->sockport, " $$\n";

my $number = 0;
while (1) {
    for my $ready ($select->can_read) {
        if ($ready == $server) {
            my $socket = $server->accept or next;
            take($socket, ++$number);
        }
        else {
            serve($ready, $clients{fileno $ready});
        }
    }
}

sub take {
    my ($socket, $count) = @_;
    my $strike = $count % $options{every} == 0 ? $options{fault} : '';
    my $id = join('#', ($socket->peerhost // 'gone') . ':' . ($socket->peerport // 0), $count);
    if    ($strike eq 'memory') { $kept{$id} = random_bytes($options{bytes}) }
    elsif ($strike eq 'graph')  { $kept{$id} = session_of($id) }
    elsif ($strike eq 'file')   { open($kept{$id}, '<', '/etc/passwd') or die "cannot open a file: $!" }
    elsif ($strike eq 'child-stays') { fork_one($socket) }
    elsif ($strike eq 'crash' && $count >= $options{at}) { crash() }
    $socket->blocking(0);
    $select->add($socket);
    my $client = { id => $id, socket => $socket, strike => $strike, since => time, pending => '' };
    if ($strike eq 'cycle') {
        $client->{session} = session_of($id);
        $client->{itself}  = $client;
    }
    $clients{fileno $socket} = $client;
    return;
}

sub serve {
    my ($socket, $client) = @_;
    my $read = sysread($socket, my $buffer, 65_536);
    if (!defined $read) {
        return if $! == EAGAIN || $! == EINTR;
        return finish($socket, $client, $! == ECONNRESET);
    }
    return finish($socket, $client, 0) if $read == 0;
    $client->{pending} .= $buffer;
    my $written = syswrite($socket, $client->{pending});
    return finish($socket, $client, 1) if !defined $written && $! != EAGAIN;
    substr($client->{pending}, 0, $written // 0) = '';
    return;
}

sub finish {
    my ($socket, $client, $reset) = @_;
    $select->remove($socket);
    delete $clients{fileno $socket};
    my $strike = $client->{strike};
    if (($strike eq 'no-close' && !$reset) || ($strike eq 'no-close-rst' && $reset)) {
        $kept{$client->{id}} = $socket;
    }
    else {
        close $socket;
    }
    return;
}

sub session_of {
    my ($id) = @_;
    my %session = (id => $id, headers => {}, visits => []);
    $session{headers}{"x-header-$_"} = "value $_ of connection $id" for 1 .. 15;
    my $last;
    for my $i (1 .. 20) {
        $last = { at => time, path => "/articles/$i?from=$id", previous => $last };
        push @{ $session{visits} }, $last;
    }
    return \%session;
}

sub random_bytes {
    my ($count) = @_;
    return join '', map { chr int rand 256 } 1 .. $count;
}

# The child must not be accused of what it inherited: it keeps nothing but itself.
sub fork_one {
    my ($socket) = @_;
    my $pid = fork;
    die "cannot fork: $!" if !defined $pid;
    return if $pid;
    close $_ for $socket, $select->handles;
    sleep while 1;
}

sub crash {
    require POSIX;
    chdir '/';
    POSIX::abort();
    return;
}

# On the wanted port, or on a free one below the ephemeral range, where no client's local port can collide with it.
sub listen_on {
    my ($host, $port) = @_;
    open my $range, '<', '/proc/sys/net/ipv4/ip_local_port_range' or die "cannot read the ephemeral range: $!";
    my ($first_ephemeral) = split ' ', <$range>;
    close $range;
    for (1 .. 100) {
        my $wanted = $port || 10_000 + int rand($first_ephemeral - 10_000);
        my $made = IO::Socket::INET->new(
            LocalAddr => $host, LocalPort => $wanted, Proto => 'tcp', Listen => 128, ReuseAddr => 1,
        );
        return $made if $made;
        die "cannot listen on port $port: $@" if $port;
    }
    die 'no free port found';
}
