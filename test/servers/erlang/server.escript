#!/usr/bin/env escript
%% An echo server on gen_tcp: a process for every connection, a registry that knows the sessions.
%%
%% escript server.escript [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
-mode(compile).

-record(visit, {at, path, previous}).
-record(session, {id, headers, visits}).

faults() ->
    [{"no-close", "after the client has closed, every Kth socket stays in CLOSE_WAIT"},
     {"no-close-rst", "after the client has reset, every Kth socket stays, in no table"},
     {"memory", "keeps --bytes bytes for every Kth connection, in an ETS table"},
     {"map", "keeps them as a list of numbers in the map of a process, on its heap"},
     {"graph", "keeps a session of some 10 KiB in many small terms for every Kth connection"},
     {"atom", "makes an atom of 250 characters of every Kth connection: no atom is ever collected"},
     {"sub-binary", "keeps 80 bytes for every Kth connection, which hold the --bytes bytes that they are part of"},
     {"process-stays", "every Kth connection is closed, but its process waits for ever"},
     {"child-stays", "every Kth connection opens a port to a program and keeps it"},
     {"file", "opens a file on every Kth connection and keeps it"},
     {"crash", "aborts on connection --at K: exit status 1"}].

main(Words) ->
    Options = options(Words, #{port => 0, host => "127.0.0.1", fault => "", every => 1, bytes => 1024, at => 1}),
    sessions = ets:new(sessions, [named_table, public, set]),
    register(registry, spawn_link(fun() -> registry(#{}) end)),
    Listener = listen(Options),
    {ok, Port} = inet:port(Listener),
    io:format("ready ~b ~s~n", [Port, os:getpid()]),
    accept(Listener, Options, 1).

options(["--list-faults" | _], _) ->
    [io:format("~s~n", [Name]) || {Name, _} <- faults()],
    halt(0);
options(["--" ++ Name, Value | Rest], Options) ->
    Key = list_to_existing_atom(Name),
    case maps:get(Key, Options) of
        Number when is_integer(Number) -> options(Rest, Options#{Key := list_to_integer(Value)});
        _ -> options(Rest, Options#{Key := Value})
    end;
options([], #{fault := Fault} = Options) ->
    case Fault =:= "" orelse lists:keymember(Fault, 1, faults()) of
        true -> Options;
        false ->
            io:format(standard_error, "no fault ~s here~n", [Fault]),
            halt(2)
    end.

%% A free port below the ephemeral range, where no client's local port can collide with it.
listen(#{port := 0} = Options) ->
    {ok, Range} = file:read_file("/proc/sys/net/ipv4/ip_local_port_range"),
    {FirstEphemeral, _} = string:to_integer(binary_to_list(Range)),
    try_to_listen(Options, FirstEphemeral, 100);
listen(#{host := Host, port := Port} = Options) ->
    {ok, Address} = inet:parse_address(Host),
    Family = case tuple_size(Address) of 8 -> [inet6]; 4 -> [inet] end,
    Common = [binary, {active, false}, {ip, Address}, {reuseaddr, true}, {backlog, 128}, {show_econnreset, true}],
    %% Otherwise the driver closes the descriptor itself when the client has closed.
    Stays = [{exit_on_close, false} || lists:prefix("no-close", maps:get(fault, Options))],
    case gen_tcp:listen(Port, Family ++ Common ++ Stays) of
        {ok, Listener} -> Listener;
        {error, eaddrinuse} = Error -> Error
    end.

try_to_listen(Options, FirstEphemeral, Left) when Left > 0 ->
    case listen(Options#{port := 10000 + rand:uniform(FirstEphemeral - 10000) - 1}) of
        {error, eaddrinuse} -> try_to_listen(Options, FirstEphemeral, Left - 1);
        Listener -> Listener
    end.

accept(Listener, #{fault := Fault, every := Every, at := At} = Options, Number) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            Strike = case Number rem Every of 0 -> Fault; _ -> "" end,
            case Strike =:= "crash" andalso Number >= At of
                true -> halt(1);
                false -> start(Socket, Number, Strike, Options)
            end,
            accept(Listener, Options, Number + 1);
        {error, _} ->
            %% Out of descriptors, or a client that has gone already: as ranch does, wait a moment and try again.
            timer:sleep(5),
            accept(Listener, Options, Number)
    end.

start(Socket, Number, Strike, Options) ->
    Pid = spawn(fun() -> receive go -> serve(Socket, Number, Strike, Options) end end),
    _ = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go.

serve(Socket, Number, Strike, #{bytes := Bytes}) ->
    Id = iolist_to_binary(io_lib:format("~s#~b", [peer(Socket), Number])),
    commit(Strike, Id, Bytes),
    Ending = echo(Socket),
    case {Strike, Ending} of
        {"no-close", closed} -> hand_over(Id, Socket);
        {"no-close-rst", econnreset} -> hand_over(Id, Socket);
        {"process-stays", _} ->
            gen_tcp:close(Socket),
            receive never -> ok end;
        _ -> gen_tcp:close(Socket)
    end.

commit("memory", Id, Bytes) -> ets:insert(sessions, {Id, rand:bytes(Bytes)});
commit("map", Id, Bytes) -> registry ! {keep, Id, lists:seq(1, Bytes div 16)}; % 16 bytes for each
commit("graph", Id, _) -> ets:insert(sessions, {Id, session(Id)});
commit("atom", Id, _) -> list_to_atom(lists:flatten(string:pad(binary_to_list(Id), 250, trailing, $x)));
commit("sub-binary", Id, Bytes) ->
    %% Up to 64 bytes would be copied when they are sent.
    <<Part:80/binary, _/binary>> = rand:bytes(max(Bytes, 80)),
    registry ! {keep, Id, Part};
commit("child-stays", Id, _) -> registry ! {make, Id, fun() -> open_port({spawn_executable, "/bin/cat"}, []) end};
commit("file", Id, _) -> registry ! {make, Id, fun() -> file:open("/etc/passwd", [read, raw]) end};
commit(_, _, _) -> ok.

echo(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Data} ->
            case gen_tcp:send(Socket, Data) of
                ok -> echo(Socket);
                {error, Reason} -> Reason
            end;
        {error, Reason} -> Reason
    end.

%% A socket closes with the process that owns it.
hand_over(Id, Socket) ->
    registry ! {keep, Id, Socket},
    gen_tcp:controlling_process(Socket, whereis(registry)).

registry(Kept) ->
    receive
        {keep, Id, Value} -> registry(Kept#{Id => Value});
        {make, Id, Make} -> registry(Kept#{Id => Make()});
        _ -> registry(Kept)
    end.

session(Id) ->
    Visit = fun(I, Visits) ->
        Path = lists:flatten(io_lib:format("/articles/~b", [I])),
        [#visit{at = os:timestamp(), path = Path, previous = length(Visits)} | Visits]
    end,
    Headers = maps:from_list(
        [{<<"x-header-", (integer_to_binary(I))/binary>>, <<"value of ", Id/binary>>} || I <- lists:seq(1, 20)]),
    #session{id = Id, headers = Headers, visits = lists:foldl(Visit, [], lists:seq(1, 24))}.

peer(Socket) ->
    case inet:peername(Socket) of
        {ok, {Address, Port}} -> [inet:ntoa(Address), ":", integer_to_list(Port)];
        {error, _} -> "gone" % the client has reset before it could be asked for its address
    end.
