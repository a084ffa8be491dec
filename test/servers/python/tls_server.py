"""An echo server on ssl and socketserver.ThreadingTCPServer, with a certificate made at its start.

python3 tls_server.py [--port N] [--host ADDR] [--fault NAME] [--every K] [--list-faults]
"""
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from fixture import family_of, read_arguments, say_ready, taken_over

options = read_arguments({
    "no-close-abort": "every Kth connection whose handshake was begun and abandoned stays",
    "no-close-unclean": "every Kth connection that ends without close_notify after its handshake stays",
})
CLIENT_HELLO = b"\x16\x03"
kept = []


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_RENEGOTIATION
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key, "-out", certificate],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context.load_cert_chain(certificate, key)
    return context


class Server(socketserver.ThreadingTCPServer):
    address_family = family_of(options.host)
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    connections = 0

    def process_request(self, request, client_address):  # in the main thread, before the new one
        self.connections += 1
        fault = options.fault if self.connections % options.every == 0 else None
        super().process_request(request, fault)  # the handler has no use for the client's address


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        fault = self.client_address
        try:
            began = self.request.recv(2, socket.MSG_PEEK) == CLIENT_HELLO
        except ConnectionError:
            return
        try:
            channel = context.wrap_socket(self.request, server_side=True, suppress_ragged_eofs=False)
        except OSError:
            # wrap_socket() has closed what it could not wrap, so the one that forgets does it without its help.
            if began and fault == "no-close-abort":
                kept.append(self.spare)
            return
        self.request = channel
        if not self.echo(channel) and fault == "no-close-unclean":
            kept.append(taken_over(channel))

    def setup(self):
        if self.client_address == "no-close-abort":
            self.spare = self.request.dup()

    def finish(self):
        spare = getattr(self, "spare", None)
        if spare is not None and spare not in kept:
            spare.close()

    def echo(self, channel):
        """Whether the client has said goodbye."""
        try:
            while data := channel.recv(65536):
                channel.sendall(data)
            return True
        except OSError:
            return False


context = tls_context()
with Server((options.host, options.port), Echo) as server:
    say_ready(options.port)
    server.serve_forever()
