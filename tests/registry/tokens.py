"""A token server of the Docker registry protocol: tokens.py PORT FOLDER USER PASSWORD.

FOLDER has key.pem and cert.pem. Without a password, only `public/*` may be pulled. The signature is made by
openssl, so that nothing needs to be installed.
"""

import base64
import http.server
import json
import re
import subprocess
import sys
import time
import urllib.parse

PORT, FOLDER, USER, PASSWORD = int(sys.argv[1]), *sys.argv[2:]
CERTIFICATE = re.sub(r"-----.*?-----|\s", "", open(f"{FOLDER}/cert.pem").read())


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(claims):
    head = {"alg": "RS256", "typ": "JWT", "x5c": [CERTIFICATE]}
    text = b64(json.dumps(head).encode()) + b"." + b64(json.dumps(claims).encode())
    sign = ["openssl", "dgst", "-sha256", "-sign", f"{FOLDER}/key.pem"]
    return (text + b"." + b64(subprocess.run(sign, input=text, stdout=subprocess.PIPE, check=True).stdout)).decode()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        user = ""
        given = self.headers.get("authorization", "")
        if given.startswith("Basic "):
            user, password = base64.b64decode(given[6:]).decode().split(":", 1)
            if (user, password) != (USER, PASSWORD):
                self.send_response(401)
                self.end_headers()
                return
        access = []
        for scope in query.get("scope", []):
            kind, name, actions = scope.split(":")
            actions = actions.split(",")
            if not user:
                actions = [one for one in actions if one == "pull" and name.startswith("public/")]
            access.append({"type": kind, "name": name, "actions": actions})
        now = int(time.time())
        claims = {"iss": "test-issuer", "sub": user, "aud": query["service"][0], "exp": now + 300, "nbf": now - 5, "iat": now, "jti": str(now), "access": access}
        body = json.dumps({"token": signed(claims), "expires_in": 300}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
