# SPDX-License-Identifier: BSD-2-Clause
"""Certificates and signatures as somebody would make them who is no CA of anybody, by OpenSSL."""

from support import openssl

CA_NAME = ("/C=JP/O=JPKI/OU=JPKI for digital signature"
           "/OU=Japan Agency for Local Authority Information Systems")
POLICY = "1.2.392.200149.8.5.1.1.20"
USAGE = "critical,digitalSignature,nonRepudiation"
ATTRIBUTE = "1.2.392.200149.8.5.5."

CONFIGURATION = """
[ca]
default_ca = here
[here]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
localityName = optional
commonName = optional
[of_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = {identifier}
[req]
distinguished_name = name
[name]
[of_person]
"""


class Authority:
    """A CA that calls itself one of JPKI's. With the key identifier of another one, it says that it
    is that one."""

    def __init__(self, folder, identifier="hash"):
        folder.mkdir()
        self.folder, self.made = folder, 0
        self.key, self.certificate = folder / "ca.key", folder / "ca.pem"
        self.configuration = CONFIGURATION.format(folder=folder, identifier=identifier)
        (folder / "index").touch()
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", CA_NAME, "-days", 3650,
                "-keyout", self.key, "-out", self.certificate, "-config",
                self.file("ca.conf", self.configuration), "-extensions", "of_ca")

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def identifier(self):
        said = openssl("x509", "-in", self.certificate, "-noout", "-ext", "subjectKeyIdentifier")
        return said.decode().split()[-1]

    def issue(self, name="番号　花子", usage=USAGE, policy=POLICY, start="20200101000000Z",
              end="20991231145959Z", serial=None, key=None, more=""):
        """A certificate of a person, and its key's file."""
        self.made += 1
        mine = self.folder / f"person{self.made}"
        made_key, request = mine.with_suffix(".key"), mine.with_suffix(".csr")
        configuration = self.file(f"person{self.made}.conf", self.configuration + f"""
authorityKeyIdentifier = keyid
keyUsage = {usage}
certificatePolicies = critical,{policy}
subjectAltName = @names
{more}
[names]
otherName = {ATTRIBUTE}1;FORMAT:UTF8,UTF8:{name}
""")
        new = ["-newkey", "rsa:2048", "-nodes", "-keyout", made_key] if key is None else \
            ["-new", "-key", key]
        openssl("req", *new, "-subj", "/C=JP/L=Tokyo-to/CN=A1", "-out", request, "-config",
                configuration)
        self.file("index", "")
        self.file("serial", serial or f"{0x1000 + self.made:04X}")
        openssl("ca", "-batch", "-notext", "-config", configuration, "-extensions", "of_person",
                "-cert", self.certificate, "-keyfile", self.key, "-startdate", start, "-enddate",
                end, "-in", request, "-out", mine.with_suffix(".pem"))
        return mine.with_suffix(".pem"), key or made_key


def cms(content, output, *signers, options=()):
    """A signature by OpenSSL, with what is signed in it unless the options say otherwise."""
    given = [word for certificate, key in signers
             for word in ("-signer", certificate, "-inkey", key)]
    attached = () if "-detached" in options else ("-nodetach",)
    openssl("cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256", "-in", content, "-out",
            output, *attached, *given, *(option for option in options if option != "-detached"))
    return output
