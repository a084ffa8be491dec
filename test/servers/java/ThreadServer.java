import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An echo server with a thread for every connection, from a pool that grows and shrinks.
 *
 * javac -d FOLDER ThreadServer.java && java -cp FOLDER ThreadServer
 *   [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
 */
public final class ThreadServer {
    private static final List<String> FAULTS = List.of(
        "no-close", // after the client has closed, every Kth socket stays in CLOSE_WAIT
        "no-close-rst", // after the client has reset, every Kth socket stays, in no table
        "memory", // keeps --bytes bytes for every Kth connection
        "thread-stays", // every Kth connection is closed, but its thread waits for ever
        "file", // opens a file on every Kth connection and keeps it
        "crash", // the accepting thread throws on connection --at K: exit status 1
        "finalizer"); // innocent: sockets are closed by a Cleaner, after a collection every half second

    private static final Queue<Object> kept = new ConcurrentLinkedQueue<>();
    private static final Cleaner cleaner = Cleaner.create();

    public static void main(String[] words) throws IOException {
        Map<String, String> options = optionsOf(words);
        String fault = options.get("--fault");
        int every = Integer.parseInt(options.get("--every"));
        int bytes = Integer.parseInt(options.get("--bytes"));
        int at = Integer.parseInt(options.get("--at"));
        ExecutorService pool = Executors.newCachedThreadPool(ThreadServer::daemon);
        if (fault.equals("finalizer")) collectNowAndThen();

        try (ServerSocket server = listen(options.get("--host"), Integer.parseInt(options.get("--port")))) {
            System.out.println("ready " + server.getLocalPort() + " " + ProcessHandle.current().pid());
            for (int connection = 1; ; connection++) {
                Socket socket = server.accept();
                String strike = connection % every == 0 ? fault : "none";
                if (strike.equals("memory")) kept.add(filled(bytes, connection));
                if (strike.equals("file")) kept.add(new FileInputStream("/etc/passwd"));
                if (strike.equals("crash") && connection >= at) throw new IllegalStateException("crash on connection " + connection);
                pool.execute(() -> serve(socket, strike));
            }
        }
    }

    private static void serve(Socket socket, String strike) {
        boolean reset = !echo(socket);
        if (strike.equals("no-close") && !reset || strike.equals("no-close-rst") && reset) {
            kept.add(socket);
        } else if (strike.equals("finalizer")) {
            cleaner.register(new Object(), () -> close(socket));
        } else {
            close(socket);
        }
        if (strike.equals("thread-stays")) waitForEver();
    }

    /** Says false if the client has reset the connection. */
    private static boolean echo(Socket socket) {
        try {
            socket.getInputStream().transferTo(socket.getOutputStream());
            return true;
        } catch (IOException reset) {
            return false;
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // nothing is left to close
        }
    }

    private static void waitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] filled(int bytes, int connection) {
        byte[] memory = new byte[bytes];
        Arrays.fill(memory, (byte) connection);
        return memory;
    }

    private static void collectNowAndThen() {
        daemon(() -> {
            while (true) {
                try {
                    Thread.sleep(500);
                } catch (InterruptedException end) {
                    return;
                }
                System.gc();
            }
        }).start();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** On the wanted port, or on a free one below the ephemeral range. */
    private static ServerSocket listen(String host, int port) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        if (port != 0) return new ServerSocket(port, 128, address);
        int firstEphemeral = firstEphemeralPort();
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                return new ServerSocket(ThreadLocalRandom.current().nextInt(10_000, firstEphemeral), 128, address);
            } catch (IOException taken) {
                // try another one
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
