# SPDX-License-Identifier: BSD-2-Clause
"""Values between their XML text and Python, by kind: the type's name as C writes it."""

import re

from cryptoki import Trouble

# Which constants are the values of a type. The headers do not say it.
PREFIXES = {
    "CK_ATTRIBUTE_TYPE": "CKA_",
    "CK_CERTIFICATE_CATEGORY": "CK_CERTIFICATE_CATEGORY_",
    "CK_CERTIFICATE_TYPE": "CKC_",
    "CK_FLAGS": "CKF_",
    "CK_HW_FEATURE_TYPE": "CKH_",
    "CK_JAVA_MIDP_SECURITY_DOMAIN": "CK_SECURITY_DOMAIN_",
    "CK_KEY_TYPE": "CKK_",
    "CK_MECHANISM_TYPE": "CKM_",
    "CK_OBJECT_CLASS": "CKO_",
    "CK_PROFILE_ID": "CKP_",
    "CK_RSA_PKCS_MGF_TYPE": "CKG_",
    "CK_RSA_PKCS_OAEP_SOURCE_TYPE": "CKZ_",
    "CK_RV": "CKR_",
    "CK_STATE": "CKS_",
    "CK_USER_TYPE": "CKU_",
    "ck_ec_kdf_t": "CKD_",
}
SPECIAL = {
    "UnavailableInformation": "CK_UNAVAILABLE_INFORMATION",
    "EffectivelyInfinite": "CK_EFFECTIVELY_INFINITE",
}
# The kinds that are not numbers; a name with [] is a list of the kind.
TRUTH, TEXT, BYTES, ATTRIBUTE = "CK_BBOOL", "CK_UTF8CHAR", "CK_BYTE", "CK_ATTRIBUTE"

# The kinds of attributes (section 4 of the specification); all others are bytes.
ATTRIBUTE_KINDS = {
    **dict.fromkeys(
        "ALWAYS_AUTHENTICATE ALWAYS_SENSITIVE COPYABLE DECRYPT DERIVE DESTROYABLE ENCRYPT"
        " EXTRACTABLE HAS_RESET LOCAL MODIFIABLE NEVER_EXTRACTABLE PRIVATE RESET_ON_INIT SENSITIVE"
        " SIGN SIGN_RECOVER TOKEN TRUSTED UNWRAP VERIFY VERIFY_RECOVER WRAP WRAP_WITH_TRUSTED"
        " ENCAPSULATE DECAPSULATE".split(), TRUTH),
    **dict.fromkeys("APPLICATION LABEL UNIQUE_ID URL START_DATE END_DATE".split(), TEXT),
    **dict.fromkeys("MODULUS_BITS PRIME_BITS SUB_PRIME_BITS VALUE_BITS VALUE_LEN".split(),
                    "CK_ULONG"),
    **dict.fromkeys("WRAP_TEMPLATE UNWRAP_TEMPLATE DERIVE_TEMPLATE".split(), ATTRIBUTE + "[]"),
    "ALLOWED_MECHANISMS": "CK_MECHANISM_TYPE[]",
    "CERTIFICATE_CATEGORY": "CK_CERTIFICATE_CATEGORY",
    "CERTIFICATE_TYPE": "CK_CERTIFICATE_TYPE",
    "CLASS": "CK_OBJECT_CLASS",
    "HW_FEATURE_TYPE": "CK_HW_FEATURE_TYPE",
    "JAVA_MIDP_SECURITY_DOMAIN": "CK_JAVA_MIDP_SECURITY_DOMAIN",
    "KEY_GEN_MECHANISM": "CK_MECHANISM_TYPE",
    "KEY_TYPE": "CK_KEY_TYPE",
    "MECHANISM_TYPE": "CK_MECHANISM_TYPE",
    "PROFILE_ID": "CK_PROFILE_ID",
}


class Values:
    """Reads and writes values with the constants of the headers."""

    def __init__(self, cryptoki):
        self.cryptoki = cryptoki
        known = cryptoki.constants
        self.attribute_kinds = {known["CKA_" + name]: kind
                                for name, kind in ATTRIBUTE_KINDS.items() if "CKA_" + name in known}

    def number(self, kind, text):
        constants = self.cryptoki.constants
        if text in SPECIAL:
            return constants[SPECIAL[text]]
        if re.fullmatch(r"0[xX][0-9a-fA-F]+", text):
            return self.in_range(text, int(text, 16))
        if re.fullmatch(r"[0-9]+", text):
            return self.in_range(text, int(text))
        prefix = PREFIXES.get(kind)
        if prefix is None:
            raise Trouble(f"'{text}' is no number")
        if prefix + text not in constants:
            raise Trouble(f"there is no constant {prefix}{text}")
        return constants[prefix + text]

    def in_range(self, text, number):
        if number > self.cryptoki.mask:
            raise Trouble(f"{text} is more than a CK_ULONG holds")
        return number

    def flags(self, text):
        value = 0
        for word in re.split(r"[ |]+", text.strip()):
            value |= self.number("CK_FLAGS", word)
        return value

    def parse(self, kind, text):
        """An integer or bytes; None, for what is not known yet, is nothing of the kind."""
        if text is None:
            return b"" if kind in (TEXT, BYTES) else 0
        if kind == TEXT:
            return text.encode()
        if kind == BYTES:
            if not re.fullmatch(r"([0-9a-fA-F]{2})*", text):
                raise Trouble(f"'{text[:40]}' is not hexadecimal")
            return bytes.fromhex(text)
        if kind == TRUTH:
            if text not in ("true", "TRUE", "false", "FALSE"):
                raise Trouble(f"'{text}' is neither true nor false")
            return int(text.lower() == "true")
        if kind == "CK_FLAGS":
            return self.flags(text)
        return self.number(kind, text)

    def show(self, kind, value):
        """The text of an integer or of bytes."""
        if kind == TEXT:
            return value.decode(errors="backslashreplace")
        if kind == BYTES:
            return value.hex()
        if kind == TRUTH:
            return "true" if value else "false"
        if kind == "CK_FLAGS":
            return hex(value)
        if value == self.cryptoki.constants["CK_UNAVAILABLE_INFORMATION"]:
            return "UnavailableInformation"
        if kind in PREFIXES:
            return self.cryptoki.name_of(PREFIXES[kind], value)
        return str(value)

    def attribute_kind(self, number):
        return self.attribute_kinds.get(number, BYTES)

    def is_integer(self, kind):
        return kind not in (TEXT, BYTES, TRUTH) and not kind.endswith("[]")
