# SPDX-License-Identifier: BSD-2-Clause
"""What a browser extension and its program bring to a site, made here with the keys of a card."""

import base64
import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

LOG_IN, SIGN, ATTRIBUTES = "01", "02", "04"
KINDS = {LOG_IN: "authentication", SIGN: "signature"}
POLICIES = {LOG_IN: "1.2.392.200149.8.5.1.3.30", SIGN: "1.2.392.200149.8.5.1.0.20"}
CITIZEN = {"name": "見本　花子", "address": "みほん県みほん市一丁目１番", "birthday": "19800131", "sex": "2"}
UUID, COMBINATION_CODE = "0123456789abcdef" * 2, "0123456789abcdef" * 4
# Of a DigestInfo of SHA-256, before the hash.
HEAD = 19
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
          "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


def base64_of(data):
    return base64.b64encode(data).decode()


def unpadded(data):
    return base64_of(data).rstrip("=")


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def new_key(bits=2048):
    return rsa.generate_private_key(65537, bits)


def signed(key, digest):
    """A signature over a DigestInfo, as text."""
    info = base64.b64decode(digest)
    return base64_of(key.sign(info[HEAD:], padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())))


class Keys:
    """Those of a card, from its state; they issue certificates that it has not got, too."""

    def __init__(self, state):
        self.state = state

    def key(self, name):
        return serialization.load_pem_private_key((self.state / f"{name}-key.pem").read_bytes(), None)

    def certificate(self, name):
        return x509.load_pem_x509_certificate((self.state / f"{name}.pem").read_bytes())

    def issue(self, mode, *, key=None, signer=None, policy=None, usage=None, days=(-1, 1),
              critical=True):
        """A certificate of the card's CA for a purpose, made in another way in one respect."""
        name = KINDS[mode]
        authority = self.certificate(f"{name}-ca")
        now = datetime.datetime.now(datetime.timezone.utc)
        allowed = usage or ({"digital_signature"} if mode == LOG_IN
                            else {"digital_signature", "content_commitment"})
        made = (x509.CertificateBuilder()
                .subject_name(self.certificate(name).subject).issuer_name(authority.subject)
                .public_key((key or self.key(name)).public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now + datetime.timedelta(days=days[0]))
                .not_valid_after(now + datetime.timedelta(days=days[1]))
                .add_extension(x509.KeyUsage(**{one: one in allowed for one in USAGES}), critical))
        if policy != "":
            oid = x509.ObjectIdentifier(policy or POLICIES[mode])
            made = made.add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(oid, None)]), True)
        return made.sign(signer or self.key(f"{name}-ca"), hashes.SHA256())

    def expired_authority(self, mode):
        """The card's CA by a certificate that is over."""
        name, key = self.certificate(f"{KINDS[mode]}-ca").subject, self.key(f"{KINDS[mode]}-ca")
        end = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        return (x509.CertificateBuilder().subject_name(name).issuer_name(name)
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(end - datetime.timedelta(days=1)).not_valid_after(end)
                .sign(key, hashes.SHA256()))

    def answer(self, message):
        """The right one."""
        mode = message["mode"]
        answer = {"mode": mode, "result": "0", "uuid": UUID, "combination_code": COMBINATION_CODE}
        if mode == ATTRIBUTES:
            return {**answer, **{name: text.encode().hex() for name, text in CITIZEN.items()}}
        key, digest = self.key(KINDS[mode]), message["digest"]
        signature = (signed(key, digest) if isinstance(digest, str)
                     else [signed(key, one) for one in digest])
        return {**answer, "signature": signature,
                "certificate": unpadded(der(self.certificate(KINDS[mode])))}


def refusal(mode, message):
    """What the program says if there is no answer."""
    return {"mode": mode, "result": "1", "errcode": "EW044-C300", "message": message}


# A page's own extension: it has the hidden inputs, keeps what is asked, and gives what it is told.
FAKE = """
for (const [id, value] of Object.entries({"extension-is-installed": "24", "app-is-installed": "29"})) {
  const input = document.createElement("input");
  Object.assign(input, {type: "hidden", id, value});
  document.body.append(input);
}
document.addEventListener("launchApp", event => {
  document.documentElement.dataset.asked = event.detail;
});
"""


def told(answer):
    """The script by which it gives an answer (None: no JSON)."""
    detail = "nonsense" if answer is None else json.dumps(answer)
    return ("document.dispatchEvent(new CustomEvent('recvMsg', "
            f"{{bubbles: true, detail: {json.dumps(detail)}}}));")
