import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Forgets what its only word says: session, thread, socket; or deadlocks on its tenth connection. */
public final class Forgetful {
    private static final Map<Integer, Session> sessions = new ConcurrentHashMap<>();
    private static final Map<Integer, Socket> sockets = new ConcurrentHashMap<>();
    private static final Object first = new Object();
    private static final Object second = new Object();
    private static final CountDownLatch both = new CountDownLatch(2);

    static final class Session {
        final byte[] history = new byte[40_000]; // marker: made
        final int number;

        Session(int number) {
            this.number = number;
        }
    }

    public static void main(String[] words) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 128, InetAddress.getByName("127.0.0.1"))) {
            System.out.println("ready " + server.getLocalPort() + " " + ProcessHandle.current().pid());
            for (int number = 1; ; number++) {
                Socket socket = server.accept();
                if (words[0].equals("deadlock") && number == 10) deadlock();
                serve(socket, number, words[0]);
            }
        }
    }

    private static void serve(Socket socket, int number, String fault) throws IOException {
        try {
            socket.getInputStream().transferTo(socket.getOutputStream()); // marker: touched
        } catch (IOException reset) {
            // the client has reset the connection
        }
        if (fault.equals("session")) sessions.put(number, new Session(number));
        if (fault.equals("thread")) start(Forgetful::waitForEver); // marker: started
        if (fault.equals("socket")) sockets.put(number, socket);
        else socket.close();
    }

    private static void waitForEver() {
        try {
            new CountDownLatch(1).await(); // marker: waits
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static void deadlock() {
        start(() -> lock(second, first));
        lock(first, second);
    }

    private static void lock(Object one, Object other) {
        synchronized (one) {
            both.countDown();
            awaitBoth();
            synchronized (other) { System.out.println("not reached"); } // marker: locks
        }
    }

    private static void awaitBoth() {
        try {
            both.await();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }
}
