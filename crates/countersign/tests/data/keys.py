"""Writes keys.json: test keys in every encoding, and a token of each made by the genuine PyJWT.

The keys are public test data and protect nothing. Run it with a Python that has PyJWT and cryptography, and with
openssl and ssh-keygen on the PATH: `python keys.py > keys.json`. Every run makes new keys.
"""

import base64
import datetime
import json
import os
import subprocess
import tempfile

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

PKCS8, TRADITIONAL = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
SPKI, PKCS1 = PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1


def b64(data):
    return base64.b64encode(data).decode()


def private(key, encoding, form, password=None):
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(encoding, form, encryption)


def openssl(*arguments, stdin=None):
    return subprocess.run(["openssl", *arguments], input=stdin, check=True, capture_output=True).stdout


def both(name, key, form, data):
    """A private or public key as PEM text and as DER in base64."""
    return {f"{name}_pem": data(key, Encoding.PEM, form).decode(), f"{name}_der": b64(data(key, Encoding.DER, form))}


def public(key, encoding, form):
    return key.public_key().public_bytes(encoding, form)


def family(key, algorithm):
    return {
        "private": {**both("pkcs8", key, PKCS8, private), "jwk": algorithm.to_jwk(key)},
        "public": {**both("spki", key, SPKI, public), "jwk": algorithm.to_jwk(key.public_key())},
    }


def rsa_family(key):
    forms = family(key, RSAAlgorithm)
    forms["private"] |= both("pkcs1", key, TRADITIONAL, private)
    forms["public"] |= both("pkcs1", key, PKCS1, public)
    forms["public"]["ssh"] = public(key, Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return forms


def ec_family(key):
    forms = family(key, ECAlgorithm)
    forms["private"] |= both("sec1", key, TRADITIONAL, private)
    parameters = openssl("ecparam", "-name", {"secp256r1": "prime256v1"}.get(key.curve.name, key.curve.name))
    forms["private"]["sec1_with_parameters_pem"] = parameters.decode() + forms["private"]["sec1_pem"]
    point = public(key, Encoding.X962, PublicFormat.UncompressedPoint)
    forms["public"]["point_der"] = b64(point)
    compressed = openssl("pkey", "-pubout", "-ec_conv_form", "compressed", stdin=private(key, Encoding.PEM, PKCS8))
    forms["public"]["compressed_spki_pem"] = compressed.decode()
    if key.curve.name != "secp256k1":
        forms["public"]["ssh"] = public(key, Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return forms


def ed25519_family(key):
    forms = family(key, OKPAlgorithm)
    forms["private"]["seed_der"] = b64(private(key, Encoding.Raw, PrivateFormat.Raw))
    forms["public"]["raw_der"] = b64(public(key, Encoding.Raw, PublicFormat.Raw))
    forms["public"]["ssh"] = public(key, Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return forms


def certificate(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "countersign test")])
    start = datetime.datetime(2024, 1, 1)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=1))
    return built.sign(key, hashes.SHA256())


def dsa_private():
    with tempfile.TemporaryDirectory() as folder:
        parameters = os.path.join(folder, "dsa.pem")
        openssl("dsaparam", "-out", parameters, "1024")
        return openssl("gendsa", parameters).decode()


def main():
    rsa_key = rsa.generate_private_key(65537, 2048)
    small = rsa.generate_private_key(65537, 1024)
    p256, p384, p521, k256 = (
        ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.SECP256K1)
    )
    ed = ed25519.Ed25519PrivateKey.generate()
    secret = b"not a secret: the HMAC key of Countersign's tests, longer than sixty-four bytes"
    signers = {"HS": secret, "RS": rsa_key, "PS": rsa_key}
    signers |= {"ES256": p256, "ES256K": k256, "ES384": p384, "ES512": p521, "EdDSA": ed}
    names = "EdDSA ES256 ES256K ES384 ES512 HS256 HS384 HS512 PS256 PS384 PS512 RS256 RS384 RS512".split()
    cert = certificate(p256)
    pss = openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048").decode()
    p224 = ec.generate_private_key(ec.SECP224R1())
    keys = {
        "RSA": rsa_family(rsa_key),
        "P-256": ec_family(p256),
        "P-384": ec_family(p384),
        "P-521": ec_family(p521),
        "secp256k1": ec_family(k256),
        "Ed25519": ed25519_family(ed),
    }
    other = {
        "certificate_pem": cert.public_bytes(Encoding.PEM).decode(),
        "certificate_der": b64(cert.public_bytes(Encoding.DER)),
        "dsa_pem": dsa_private(),
        "ed448_pem": private(ed448.Ed448PrivateKey.generate(), Encoding.PEM, PKCS8).decode(),
        "encrypted_pkcs8_pem": private(p256, Encoding.PEM, PKCS8, b"test").decode(),
        "encrypted_pkcs8_der": b64(private(p256, Encoding.DER, PKCS8, b"test")),
        "encrypted_sec1_pem": private(p256, Encoding.PEM, TRADITIONAL, b"test").decode(),
        "openssh_pem": private(ed, Encoding.PEM, PrivateFormat.OpenSSH).decode(),
        "p224_pem": private(p224, Encoding.PEM, PKCS8).decode(),
        "rsa_1024_jwk": RSAAlgorithm.to_jwk(small.public_key()),
        "rsa_1024_private_pem": private(small, Encoding.PEM, PKCS8).decode(),
        "rsa_1024_public_pem": public(small, Encoding.PEM, SPKI).decode(),
        "rsa_pss_private_pem": pss,
        "rsa_pss_public_pem": openssl("pkey", "-pubout", stdin=pss.encode()).decode(),
    }
    tokens = {n: jwt.encode({"sub": "1"}, signers.get(n) or signers[n[:2]], algorithm=n) for n in names}
    document = {"secret": secret.decode(), "keys": keys, "other": other, "tokens": tokens}
    print(json.dumps(document, indent=1))


main()
