# SPDX-License-Identifier: BSD-2-Clause
"""A web server that demands a client certificate of the card's CA, one port a TLS version."""

import re

from support import AUTH, PIN, openssl, uri

PORTS = {"TLSv1.2": 4412, "TLSv1.3": 4413}

SERVER = """
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_protocols {protocol};
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        ssl_client_certificate {folder}/ca.pem;
        ssl_verify_client on;
        location / {{
            return 200 "$ssl_protocol|$ssl_client_verify|$ssl_client_s_dn\\n";
        }}
    }}
"""

CONFIGURATION = """
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    {servers}
}}
"""


def start_server(sandbox, certificates):
    """Start nginx inside the sandbox, which ends it; the file of its certificate."""
    folder = sandbox.folder / "nginx"
    folder.mkdir()
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", folder / "server.key", "-out", folder / "server.pem")
    (folder / "ca.pem").write_bytes((certificates / "authentication-ca.pem").read_bytes())
    servers = [SERVER.format(folder=folder, port=port, protocol=protocol)
               for protocol, port in PORTS.items()]
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(folder=folder, servers="".join(servers)))
    sandbox.run("nginx", "-p", folder, "-e", folder / "nginx.log", "-c", folder / "nginx.conf")
    return folder / "server.pem"


def seen(text):
    """Protocol, verdict and subject that the server told."""
    found = re.search(r"^(TLSv1\.\d)\|(\w+)\|(.*?)\r?$", text, re.MULTILINE)
    assert found, text
    return found.groups()


def fetch(sandbox, authority, url, certificate=None, *options, pin=PIN[AUTH], **more):
    """What curl gets, with the card's key if it is given the certificate; errors of HTTP are
    answers too."""
    key = ("--cert", certificate, "--key", f"{uri(AUTH, 'private')};pin-value={pin}")
    return sandbox.run(
        "curl", "--silent", "--show-error", "--max-time", "30", "--cacert", authority,
        *(key if certificate else ()), *options, url,
        env={"PKCS11_MODULE_PATH": sandbox.module}, **more)


def curl(sandbox, server, certificate, port, pin=PIN[AUTH], **options):
    return fetch(sandbox, server, f"https://localhost:{port}/", certificate, "--fail", pin=pin,
                 **options)
