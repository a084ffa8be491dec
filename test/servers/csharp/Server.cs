// An echo server on TcpListener: every connection is a task of the thread pool.
//
// mcs -out:Server.exe Server.cs && mono Server.exe
//   [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

static class Server
{
    static readonly string[] Faults = {
        "no-close",      // after the client has closed, every Kth socket stays in CLOSE_WAIT
        "no-close-rst",  // after the client has reset, every Kth socket stays, in no table
        "memory",        // keeps --bytes bytes for every Kth connection
        "graph",         // keeps a session of some 10 KiB in many small objects for every Kth connection
        "event-stays",   // the session of every Kth connection subscribes to an event and never leaves it
        "timer-stays",   // every Kth connection starts a timer that is never stopped
        "thread-stays",  // every Kth connection starts a thread that waits for ever
        "child-stays",   // every Kth connection starts a program that waits for ever
        "file",          // opens a file on every Kth connection and keeps it
        "crash",         // exits on connection --at K
    };

    static readonly Dictionary<string, string> Options = new Dictionary<string, string> {
        ["port"] = "0", ["host"] = "127.0.0.1", ["fault"] = "", ["every"] = "1", ["bytes"] = "1024", ["at"] = "1",
    };
    static readonly ConcurrentDictionary<string, object> Kept = new ConcurrentDictionary<string, object>();
    static event Action Reload;

    sealed class Visit { public DateTime At; public string Path; public Visit Previous; }

    sealed class Session
    {
        public string Id;
        public readonly Dictionary<string, string> Headers = new Dictionary<string, string>();
        public readonly List<Visit> Visits = new List<Visit>();

        public Session(string id)
        {
            Id = id;
            for (var i = 0; i < 20; i++) Headers["x-header-" + i] = "value " + i + " of connection " + id;
            for (var i = 0; i < 40; i++)
                Visits.Add(new Visit { At = DateTime.UtcNow, Path = "/articles/" + i, Previous = Visits.LastOrDefault() });
        }

        public void Refresh() { Visits.Clear(); }
    }

    static int Number(string name) { return int.Parse(Options[name]); }

    static int Main(string[] words)
    {
        if (words.Contains("--list-faults")) { Console.WriteLine(string.Join("\n", Faults)); return 0; }
        for (var i = 0; i + 1 < words.Length; i += 2) Options[words[i].Substring(2)] = words[i + 1];
        if (Options["fault"] != "" && !Faults.Contains(Options["fault"]))
        {
            Console.Error.WriteLine("no fault " + Options["fault"] + " here; there are: " + string.Join(" ", Faults));
            return 2;
        }
        var listener = Listen();
        Console.WriteLine("ready " + ((IPEndPoint)listener.LocalEndpoint).Port + " " + Process.GetCurrentProcess().Id);
        Accept(listener).Wait();
        return 0;
    }

    /// A free port below the ephemeral range, where no client's local port can collide with it.
    static TcpListener Listen()
    {
        var first = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0]);
        var random = new Random();
        for (var tries = 0; ; tries++)
        {
            var port = Number("port") != 0 ? Number("port") : random.Next(10000, first);
            var listener = new TcpListener(IPAddress.Parse(Options["host"]), port);
            try { listener.Start(128); return listener; }
            catch (SocketException) { if (tries == 100 || Number("port") != 0) throw; }
        }
    }

    static async Task Accept(TcpListener listener)
    {
        int every = Number("every"), at = Number("at");
        for (var number = 1; ; )
        {
            TcpClient client = null;
            try { client = await listener.AcceptTcpClientAsync(); }
            catch (SocketException) { } // out of descriptors, or a client that has gone already
            if (client == null) { await Task.Delay(5); continue; }
            var strike = number % every == 0 ? Options["fault"] : "";
            if (strike == "crash" && number >= at) Environment.Exit(1);
            Start(client, number++, strike);
        }
    }

    static async void Start(TcpClient client, int number, string strike)
    {
        try { await Serve(client, number, strike); }
        catch (Exception failure) { Console.Error.WriteLine(failure); }
    }

    static async Task Serve(TcpClient client, int number, string strike)
    {
        var id = PeerOf(client) + "#" + number;
        switch (strike)
        {
            case "memory": Kept[id] = new byte[Number("bytes")]; break;
            case "graph": Kept[id] = new Session(id); break;
            case "event-stays": Reload += new Session(id).Refresh; break;
            case "timer-stays": Kept[id] = new Timer(_ => { }, new Session(id), 3600000, 3600000); break;
            case "thread-stays": new Thread(() => Thread.Sleep(Timeout.Infinite)) { IsBackground = true }.Start(); break;
            case "child-stays":
                Kept[id] = Process.Start(new ProcessStartInfo("/bin/sleep", "infinity") { UseShellExecute = false });
                break;
            case "file": Kept[id] = File.OpenRead("/etc/passwd"); break;
        }
        var reset = !await Echo(client);
        if ((strike == "no-close" && !reset) || (strike == "no-close-rst" && reset)) Kept[id] = client;
        else client.Close();
    }

    static async Task<bool> Echo(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[4096];
            int read;
            while ((read = await stream.ReadAsync(buffer, 0, buffer.Length)) > 0) await stream.WriteAsync(buffer, 0, read);
            return true;
        }
        catch (Exception) { return false; } // mono calls a reset an IOException, or an InvalidOperationException
    }

    static string PeerOf(TcpClient client)
    {
        try { return client.Client.RemoteEndPoint.ToString(); }
        catch (SocketException) { return "gone"; } // the client has reset before it could be asked for its address
    }
}
