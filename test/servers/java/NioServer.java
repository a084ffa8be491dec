import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An echo server on one thread with a selector.
 *
 * javac -d FOLDER NioServer.java && java -cp FOLDER NioServer
 *   [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
 */
public final class NioServer {
    private static final List<String> FAULTS = List.of(
        "no-close", // after the client has closed, every Kth channel is only cancelled and stays in CLOSE_WAIT
        "no-close-rst", // after the client has reset, every Kth channel is only cancelled and stays, in no table
        "memory", // keeps --bytes bytes for every Kth connection
        "file", // opens a file on every Kth connection and keeps it
        "crash", // throws on connection --at K: exit status 1
        "finalizer"); // innocent: channels are closed by a Cleaner, after a collection every half second

    private static final List<Object> kept = new ArrayList<>();
    private static final Cleaner cleaner = Cleaner.create();

    /** What a connection needs between two events. */
    private static final class Session {
        final String strike;
        final ByteBuffer unsent = ByteBuffer.allocate(512);

        Session(String strike) {
            this.strike = strike;
        }
    }

    public static void main(String[] words) throws IOException {
        Map<String, String> options = optionsOf(words);
        String fault = options.get("--fault");
        int every = Integer.parseInt(options.get("--every"));
        int bytes = Integer.parseInt(options.get("--bytes"));
        int at = Integer.parseInt(options.get("--at"));
        if (fault.equals("finalizer")) collectNowAndThen();

        int connections = 0;
        try (Selector selector = Selector.open();
                ServerSocketChannel server = listen(options.get("--host"), Integer.parseInt(options.get("--port")))) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("ready " + server.socket().getLocalPort() + " " + ProcessHandle.current().pid());
            while (true) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    if (!key.isAcceptable()) {
                        echo(key);
                        continue;
                    }
                    for (SocketChannel channel; (channel = server.accept()) != null; ) {
                        String strike = ++connections % every == 0 ? fault : "none";
                        if (strike.equals("memory")) kept.add(filled(bytes, connections));
                        if (strike.equals("file")) kept.add(new FileInputStream("/etc/passwd"));
                        if (strike.equals("crash") && connections >= at) throw new IllegalStateException("crash on connection " + connections);
                        channel.configureBlocking(false);
                        channel.register(selector, SelectionKey.OP_READ, new Session(strike));
                    }
                }
                selector.selectedKeys().clear();
            }
        }
    }

    /** Reads when nothing is left to send, and the other way round. */
    private static void echo(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        Session session = (Session) key.attachment();
        try {
            if (key.isReadable() && channel.read(session.unsent) < 0) {
                done(key, channel, session.strike, "no-close");
                return;
            }
            session.unsent.flip();
            channel.write(session.unsent);
            session.unsent.compact();
            key.interestOps(session.unsent.position() == 0 ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
        } catch (IOException reset) {
            done(key, channel, session.strike, "no-close-rst");
        }
    }

    private static void done(SelectionKey key, SocketChannel channel, String strike, String forgetting) {
        if (strike.equals(forgetting)) {
            key.cancel();
            kept.add(channel);
        } else if (strike.equals("finalizer")) {
            key.cancel();
            cleaner.register(new Object(), () -> close(channel));
        } else {
            close(channel);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // nothing is left to close
        }
    }

    private static byte[] filled(int bytes, int connection) {
        byte[] memory = new byte[bytes];
        Arrays.fill(memory, (byte) connection);
        return memory;
    }

    private static void collectNowAndThen() {
        Thread collector = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(500);
                } catch (InterruptedException end) {
                    return;
                }
                System.gc();
            }
        });
        collector.setDaemon(true);
        collector.start();
    }

    /** On the wanted port, or on a free one below the ephemeral range. */
    private static ServerSocketChannel listen(String host, int port) throws IOException {
        if (port != 0) return ServerSocketChannel.open().bind(new InetSocketAddress(host, port), 128);
        int firstEphemeral = firstEphemeralPort();
        for (int attempt = 0; attempt < 100; attempt++) {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                int candidate = ThreadLocalRandom.current().nextInt(10_000, firstEphemeral);
                return channel.bind(new InetSocketAddress(host, candidate), 128);
            } catch (IOException taken) {
                channel.close();
            }
        }
        throw new IOException("no free port found");
    }

    private static int firstEphemeralPort() throws IOException {
        // Not readString: it begins with one byte, and such a file can only be read at once.
        try (BufferedReader range = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
            return Integer.parseInt(range.readLine().split("\\s+")[0]);
        }
    }

    private static Map<String, String> optionsOf(String[] words) {
        Map<String, String> options = new HashMap<>(Map.of(
            "--port", "0", "--host", "127.0.0.1", "--fault", "none", "--every", "1", "--bytes", "1024", "--at", "1"));
        for (int i = 0; i < words.length; i += 2) {
            if (words[i].equals("--list-faults")) {
                System.out.println(String.join("\n", FAULTS));
                System.exit(0);
            }
            if (!options.containsKey(words[i]) || i + 1 == words.length) {
                System.err.println("cannot understand " + words[i]);
                System.exit(2);
            }
            options.put(words[i], words[i + 1]);
        }
        if (!options.get("--fault").equals("none") && !FAULTS.contains(options.get("--fault"))) {
            System.err.println("no fault " + options.get("--fault") + " here; there are: " + String.join(", ", FAULTS));
            System.exit(2);
        }
        return options;
    }
}
