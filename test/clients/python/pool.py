"""urllib3 and requests as they are used well and badly: pool.py session|calls|pool|pools"""
import os, sys, time

ports = os.environ["PORTS"].split(",")
count = int(os.environ.get("REQUESTS", "20"))
urls = [f"http://127.0.0.1:{ports[i % len(ports)]}/{i}" for i in range(count)]
how = sys.argv[1]
if how in ("session", "calls"):
    import requests

    session = requests.Session()
    get = session.get if how == "session" else requests.get
    for url in urls:
        get(url)
else:
    import urllib3

    shared = urllib3.PoolManager()
    kept = []
    for url in urls:
        pool = shared if how == "pool" else urllib3.PoolManager()
        kept.append(pool)
        pool.request("GET", url)
time.sleep(float(os.environ.get("LINGER_MS", "0")) / 1000)
