# SPDX-License-Identifier: BSD-2-Clause
"""What a site looks at in an answer that a browser extension brings from a card.

The messages are those of Mynaportal, as far as they are known: `01` is a signature of the
authentication key over a digest, `02` are signatures of the signature key over several, `04` are the
four attributes. Nothing here knows of HTTP, of sessions or of files.
"""

import base64
import datetime
import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

LOG_IN, SIGN, ATTRIBUTES = "01", "02", "04"
KEY_BITS = 2048

# A DigestInfo of SHA-256 (RFC 8017, 9.2) is this and the 32 bytes.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")

# The policies of a certificate (its purpose), test cards' included, and what its key may do.
POLICIES = {
    LOG_IN: {"1.2.392.200149.8.5.1.3.30"},
    SIGN: {"1.2.392.200149.8.5.1.1.20", "1.2.392.200149.8.5.1.0.20"},
}
USAGES = {
    LOG_IN: {"digital_signature"},
    SIGN: {"digital_signature", "content_commitment"},
}
ALL_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
              "key_agreement", "key_cert_sign", "crl_sign")

ATTRIBUTE_NAMES = ("name", "address", "birthday", "sex")
SHAPES = {"birthday": re.compile(r"[0-9]{8}"), "sex": re.compile("[1239]")}
UUID, COMBINATION_CODE = re.compile("[0-9a-fA-F]{32}"), re.compile("[0-9a-fA-F]{64}")
# What a program that keeps the rules never sends through a browser.
PIN_NAME = re.compile("pin|password|passcode", re.IGNORECASE)


class Wrong(Exception):
    """An answer that is not accepted: a code of words.py, and what more there is to say."""

    def __init__(self, code, more=""):
        super().__init__(code, more)
        self.code, self.more = code, more


class Declined(Exception):
    """An answer that says, in the right form, that there is none."""

    def __init__(self, errcode, message):
        super().__init__(errcode, message)
        self.errcode, self.message = errcode, message


def require(condition, code, more=""):
    if not condition:
        raise Wrong(code, more)


def text_of(answer, name):
    value = answer.get(name)
    require(isinstance(value, str), "missing", name)
    return value


# --- forms ----------------------------------------------------------------------------------------


def decoded(text, code, padded=True):
    """What is meant by base64, which has one form alone for it."""
    try:
        data = base64.b64decode(text if padded else text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Wrong(code) from None
    again = base64.b64encode(data).decode()
    require(text == (again if padded else again.rstrip("=")), code)
    return data


def certificate_of(text):
    """Nothing may follow the certificate: the card's file has a filler there."""
    der = decoded(text, "certificate-base64", padded=False)
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.subject, certificate.issuer
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm):
        raise Wrong("certificate-der") from None
    return certificate


def authorities_of(pem):
    """The certificates of a PEM file."""
    ends = rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----"
    return [x509.load_pem_x509_certificate(one) for one in re.findall(ends, pem, re.DOTALL)]


# --- the certificate --------------------------------------------------------------------------------


def validity(certificate):
    """Newer versions of the library have another name for times with a zone."""
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return [time.replace(tzinfo=datetime.timezone.utc)
            for time in (certificate.not_valid_before, certificate.not_valid_after)]


def is_valid_now(certificate):
    begin, end = validity(certificate)
    return begin <= datetime.datetime.now(datetime.timezone.utc) <= end


def has_issued(authority, certificate):
    """The CAs of several generations have one name: the signature tells which it was."""
    try:
        authority.public_key().verify(
            certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(),
            certificate.signature_hash_algorithm)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, AttributeError):
        return False
    return certificate.issuer == authority.subject


def extension(certificate, kind, code):
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        raise Wrong(code) from None


def public_key(certificate):
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise Wrong("key") from None


def check_certificate(certificate, mode, authorities):
    key = public_key(certificate)
    require(isinstance(key, rsa.RSAPublicKey) and key.key_size == KEY_BITS, "key")
    issuers = [authority for authority in authorities if has_issued(authority, certificate)]
    require(issuers, "issuer")
    require(is_valid_now(certificate), "dates")
    require(any(map(is_valid_now, issuers)), "issuer-dates")
    usage = extension(certificate, x509.KeyUsage, "usage")
    allowed = {name for name in ALL_USAGES if getattr(usage.value, name)}
    require(usage.critical and allowed == USAGES[mode], "usage")
    policies = extension(certificate, x509.CertificatePolicies, "policy")
    found = {policy.policy_identifier.dotted_string for policy in policies.value}
    require(found & POLICIES[mode], "policy", ", ".join(sorted(found)))


def check_signature(certificate, text, hashed, code, more=""):
    signature = decoded(text, "signature-base64")
    try:
        certificate.public_key().verify(signature, hashed, padding.PKCS1v15(),
                                        utils.Prehashed(SHA256()))
    except InvalidSignature:
        raise Wrong(code, more) from None


# --- the answers ------------------------------------------------------------------------------------


def facts_of(certificate):
    """What may be shown of it: the opaque name, no attribute of a person."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return {
        "subject": names[0].value if names else "",
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
        "end": validity(certificate)[1].isoformat(),
    }


def judge_log_in(answer, hashes, authorities):
    certificate = certificate_of(text_of(answer, "certificate"))
    check_certificate(certificate, LOG_IN, authorities)
    check_signature(certificate, text_of(answer, "signature"), hashes[0], "signature")
    return facts_of(certificate)


def judge_signatures(answer, hashes, authorities):
    signatures = answer.get("signature")
    require(isinstance(signatures, list) and all(isinstance(one, str) for one in signatures),
            "not-an-array")
    require(len(signatures) == len(hashes), "number", str(len(signatures)))
    certificate = certificate_of(text_of(answer, "certificate"))
    check_certificate(certificate, SIGN, authorities)
    for number, (text, hashed) in enumerate(zip(signatures, hashes), 1):
        check_signature(certificate, text, hashed, "signature-of", str(number))
    return facts_of(certificate)


def attribute_of(answer, name):
    text = text_of(answer, name)
    require(re.fullmatch("(?:[0-9a-fA-F]{2})*", text), "hex", name)
    try:
        value = bytes.fromhex(text).decode()
    except UnicodeDecodeError:
        raise Wrong("utf-8", name) from None
    require(value.strip(), "empty", name)
    require(value.replace("\u3000", " ").isprintable(), "characters", name)  # a full-width space
    require(name not in SHAPES or SHAPES[name].fullmatch(value), name)
    return value


def judge_attributes(answer, _hashes, _authorities):
    return {name: attribute_of(answer, name) for name in ATTRIBUTE_NAMES}


JUDGES = {LOG_IN: judge_log_in, SIGN: judge_signatures, ATTRIBUTES: judge_attributes}


def check_head(mode, answer):
    require(not any(PIN_NAME.search(name) for name in answer), "pin")
    require(answer.get("mode") == mode, "mode")
    if answer.get("result") == "1":
        raise Declined(text_of(answer, "errcode"), answer.get("message"))
    require(answer.get("result") == "0", "result")
    require(UUID.fullmatch(text_of(answer, "uuid")), "uuid")
    if "combination_code" in answer:
        require(COMBINATION_CODE.fullmatch(text_of(answer, "combination_code")), "combination-code")


def judge(mode, answer, hashes, authorities):
    """Whether an answer (an object of JSON) is the one to a question of that mode over these SHA-256
    hashes, under a certificate of one of these CAs. What may be shown of it; else Wrong or
    Declined."""
    check_head(mode, answer)
    return JUDGES[mode](answer, hashes, authorities)
