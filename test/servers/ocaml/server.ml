(* An echo server in one loop around select, a record for every connection.

   ocamlopt -I +threads -o server unix.cmxa threads.cmxa server.ml && ./server
     [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults] *)

let faults = [
  "no-close", "after the client has closed, every Kth socket stays in CLOSE_WAIT";
  "no-close-rst", "after the client has reset, every Kth socket stays, in no table";
  "memory", "keeps --bytes bytes for every Kth connection";
  "graph", "keeps a session of some 10 KiB in many small blocks for every Kth connection";
  "thread-stays", "every Kth connection starts a thread that waits for ever";
  "thread-ends", "every Kth connection starts a thread that ends: OCaml 4.13 loses the signal stack of each, 8 KiB";
  "child-stays", "every Kth connection forks a child that waits for ever";
  "file", "opens a file on every Kth connection and keeps it";
  "crash", "exits on connection --at K";
]

type visit = { at : float; path : string; previous : visit option }
type session = { id : string; headers : (string, string) Hashtbl.t; visits : visit list }
type kept = Bytes of bytes | Session of session | Descriptor of Unix.file_descr

let port = ref 0 and host = ref "127.0.0.1" and fault = ref ""
let every = ref 1 and bytes = ref 1024 and at = ref 1
let sessions : (string, kept) Hashtbl.t = Hashtbl.create 16
let lock = Mutex.create ()

let keep id value =
  Mutex.lock lock;
  Hashtbl.replace sessions id value;
  Mutex.unlock lock

let session_of id =
  let headers = Hashtbl.create 20 in
  for i = 1 to 20 do
    Hashtbl.replace headers (Printf.sprintf "x-header-%d" i) (Printf.sprintf "value %d of connection %s" i id)
  done;
  let visit visits i =
    let previous = match visits with [] -> None | last :: _ -> Some last in
    { at = Unix.gettimeofday (); path = Printf.sprintf "/articles/%d?from=%s" i id; previous } :: visits in
  { id; headers; visits = List.fold_left visit [] (List.init 60 Fun.id) }

let wait_for_ever () = while true do Unix.sleep 3600 done

(* The child must not be accused of what it inherited: it keeps nothing but itself. *)
let fork_one () =
  if Unix.fork () = 0 then begin
    Array.iter (fun name ->
      let descriptor : Unix.file_descr = Obj.magic (int_of_string name) in
      if int_of_string name > 2 then try Unix.close descriptor with Unix.Unix_error _ -> ())
      (Sys.readdir "/proc/self/fd");
    wait_for_ever ()
  end

type client = { name : string; socket : Unix.file_descr; strike : string }

let peer_of = function
  | Unix.ADDR_INET (address, port) -> Printf.sprintf "%s:%d" (Unix.string_of_inet_addr address) port
  | Unix.ADDR_UNIX path -> path

let take socket peer number strike =
  let name = Printf.sprintf "%s#%d" (peer_of peer) number in
  (match strike with
   | "memory" -> keep name (Bytes (Bytes.make !bytes 'x'))
   | "graph" -> keep name (Session (session_of name))
   | "file" -> keep name (Descriptor (Unix.openfile "/etc/passwd" [ Unix.O_RDONLY ] 0))
   | "thread-stays" -> ignore (Thread.create wait_for_ever ())
   | "thread-ends" -> ignore (Thread.create ignore ())
   | "child-stays" -> fork_one ()
   | _ -> ());
  { name; socket; strike }

(* Says whether the client is still there. *)
let serve client =
  let finish reset =
    if (client.strike = "no-close" && not reset) || (client.strike = "no-close-rst" && reset) then
      keep client.name (Descriptor client.socket)
    else Unix.close client.socket;
    false in
  let buffer = Bytes.create 4096 in
  match Unix.read client.socket buffer 0 4096 with
  | exception Unix.Unix_error _ -> finish true
  | 0 -> finish false
  | n ->
    match Unix.write client.socket buffer 0 n with
    | exception Unix.Unix_error _ -> finish true
    | _ -> true

(* A free port below the ephemeral range, where no client's local port can collide with it. *)
let listen () =
  let first_ephemeral =
    let file = open_in "/proc/sys/net/ipv4/ip_local_port_range" in
    Scanf.sscanf (input_line file) "%d" (fun n -> close_in file; n) in
  let address = Unix.inet_addr_of_string !host in
  Random.self_init ();
  let rec attempt left =
    let family = if String.contains !host ':' then Unix.PF_INET6 else Unix.PF_INET in
    let socket = Unix.socket ~cloexec:true family Unix.SOCK_STREAM 0 in
    Unix.setsockopt socket Unix.SO_REUSEADDR true;
    let wanted = if !port <> 0 then !port else 10_000 + Random.int (first_ephemeral - 10_000) in
    match Unix.bind socket (Unix.ADDR_INET (address, wanted)) with
    | () -> Unix.listen socket 128; socket
    | exception Unix.Unix_error (Unix.EADDRINUSE, _, _) when !port = 0 && left > 0 ->
      Unix.close socket; attempt (left - 1) in
  attempt 100

let () =
  let number name = Printf.sprintf "--%s" name in
  let list () = List.iter (fun (name, _) -> print_endline name) faults; exit 0 in
  Arg.parse
    [ number "port", Arg.Set_int port, ""; "--host", Arg.Set_string host, "";
      "--fault", Arg.Symbol (List.map fst faults, fun name -> fault := name), "";
      number "every", Arg.Set_int every, ""; number "bytes", Arg.Set_int bytes, "";
      number "at", Arg.Set_int at, ""; "--list-faults", Arg.Unit list, "" ]
    (fun word -> raise (Arg.Bad word)) "server";
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  let listener = listen () in
  let own_port = match Unix.getsockname listener with Unix.ADDR_INET (_, port) -> port | _ -> 0 in
  Printf.printf "ready %d %d\n%!" own_port (Unix.getpid ());
  let rec loop clients number =
    let ready, _, _ = Unix.select (listener :: List.map (fun { socket; _ } -> socket) clients) [] [] (-1.) in
    let left = List.filter (fun client -> not (List.mem client.socket ready) || serve client) clients in
    if not (List.mem listener ready) then loop left number
    else match Unix.accept ~cloexec:true listener with
      | exception Unix.Unix_error _ -> Unix.sleepf 0.005; loop left number
      | socket, peer ->
        let strike = if number mod !every = 0 then !fault else "" in
        if strike = "crash" && number >= !at then exit 1;
        loop (take socket peer number strike :: left) (number + 1) in
  loop [] 1
