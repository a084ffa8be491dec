"""Items over Flask, with the threaded server that it brings.

python3 flask_items.py [--fault items]
"""
import os
import sys

from flask import Flask, request
from werkzeug.serving import make_server

FAULT = sys.argv[sys.argv.index("--fault") + 1] if "--fault" in sys.argv else ""
kept = []
app = Flask(__name__)


@app.get("/api/items/<name>")
def item(name):
    if FAULT == "items":
        kept.append(open(__file__, encoding="utf-8"))
    return {"id": name}


@app.post("/api/items")
def create():
    return request.get_json(), 201


server = make_server("127.0.0.1", 0, app, threaded=True)
print("ready", server.server_port, os.getpid(), flush=True)
sys.stderr = open(os.devnull, "w", encoding="utf-8")
server.serve_forever()
