# SPDX-License-Identifier: BSD-2-Clause
"""Web servers as the documentation sets them up, for people who log in with the card."""

import re

from samples import sample
from support import openssl
from web import fetch

NAME = "login.example.jp"
ADVICE = "カードをリーダーに置いてください。\n"

NGINX = """
user root;
worker_processes {workers};
pid {folder}/pid;
events {{ }}
http {{
    client_body_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    proxy_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    {servers}
}}
"""

# What both servers tell their application.
APPLICATION = """
    server {
        listen 127.0.0.1:8080;
        access_log off;
        return 200 "$http_x_client_subject|$http_x_client_serial|$http_x_client_certificate\\n";
    }
"""

APACHE = """
ServerRoot {folder}
PidFile pid
ErrorLog log
Mutex file:{folder}
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
User www-data
Group www-data
ServerName localhost
{site}
"""


class Site:
    """A server by a sample of the documentation, which accepts the certificates of these CAs."""

    def __init__(self, sandbox, name, port, *authorities):
        self.sandbox = sandbox
        self.port = port
        self.folder = sandbox.folder / f"{name}-{port}"
        self.folder.mkdir()
        self.log = self.folder / "jpki.log"
        self.server = self.folder / "server.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                "-keyout", self.folder / "server.key", "-out", self.server)
        (self.folder / "ca.pem").write_bytes(b"".join(file.read_bytes() for file in authorities))
        (self.folder / "card.html").write_text(ADVICE)
        {"nginx": self.nginx, "apache": self.apache}[name]()

    def sample(self, name, port, logs):
        return sample(name, {
            port: port.replace("443", str(self.port)),
            f"/etc/ssl/certs/{NAME}.pem": self.server,
            f"/etc/ssl/private/{NAME}.key": self.folder / "server.key",
            "/etc/ssl/jpki-authentication-ca.pem": self.folder / "ca.pem",
            "/var/www/login": self.folder,
            logs: self.folder,
        }, modules=False)

    def nginx(self):
        site = self.sample("nginx.conf", "listen 443", "/var/log/nginx")
        run_nginx(self.sandbox, self.folder, site)

    def apache(self):
        site = self.sample("apache.conf", "*:443", "/var/log/apache2")
        file = self.folder / "apache.conf"
        file.write_text(APACHE.format(folder=self.folder, port=self.port, site=site,
                                      modules="/usr/lib/apache2/modules"))
        self.sandbox.run("apache2", "-f", file)

    def fetch(self, *args, **options):
        return fetch(self.sandbox, self.server, f"https://{NAME}:{self.port}/", *args, "--resolve",
                     f"{NAME}:{self.port}:127.0.0.1", **options)

    def logged(self):
        """Protocol, verdict and subject of all visits; Apache writes "-" for "nobody"."""
        return re.findall(r'" \d+ (\S+) (.+) "(.*)"$', self.log.read_text(), re.MULTILINE)


def run_nginx(sandbox, folder, servers, workers=1, **options):
    """What it says if it does not start."""
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, servers=servers, workers=workers))
    return sandbox.run("nginx", "-p", folder, "-e", folder / "nginx.log", "-c", file, **options)


def start_application(sandbox):
    """What the servers pass on to: it answers what it is told."""
    folder = sandbox.folder / "application"
    folder.mkdir()
    run_nginx(sandbox, folder, APPLICATION)
