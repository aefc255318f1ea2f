#!/usr/bin/env python3
"""Verifies the envelope of a delivery with securesystemslib, and its statement with in-toto-attestation.

    python3 tests/checkers/attest.py delivery key.pub [key.pub ...]

Every key must have signed. The digests of the statement are compared with the files. Ends with an error if anything
is not as it should be."""
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1 import statement_pb2
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey


def key_of(path):
    public = load_pem_public_key(Path(path).read_bytes())
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SSlibKey.from_crypto(public, keyid=hashlib.sha256(der).hexdigest())


def main():
    folder, *keys = sys.argv[1:]
    folder = Path(folder)
    envelope = Envelope.from_dict(json.loads((folder / "attestation.intoto.jsonl").read_text()))
    assert envelope.payload_type == "application/vnd.in-toto+json"
    keys = [key_of(path) for path in keys]
    assert len(envelope.verify(keys, len(keys))) == len(keys)
    statement = json.loads(envelope.payload)
    message = json_format.ParseDict(statement, statement_pb2.Statement())
    Statement.copy_from_pb(message).validate()
    assert statement["predicate"] == json.loads((folder / "manifest.json").read_text())
    files = sorted(str(path.relative_to(folder)) for path in (folder / "data").iterdir())
    assert sorted(subject["name"] for subject in statement["subject"]) == files
    for subject in statement["subject"]:
        assert subject["digest"]["sha256"] == hashlib.sha256((folder / subject["name"]).read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
