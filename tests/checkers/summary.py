#!/usr/bin/env python3
"""Verifies a signed verification summary with securesystemslib and in-toto-attestation.

    python3 tests/checkers/summary.py signed.jsonl key.pub unsigned.json

Both must be valid statements about the same subjects with the same properties."""
import json
import sys
from pathlib import Path

from attest import key_of
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope


def main():
    signed, key, unsigned = sys.argv[1:]
    envelope = Envelope.from_dict(json.loads(Path(signed).read_text()))
    assert envelope.payload_type == "application/vnd.in-toto+json"
    assert len(envelope.verify([key_of(key)], 1)) == 1
    both = [json.loads(envelope.payload), json.loads(Path(unsigned).read_text())]
    for statement in both:
        Statement.copy_from_pb(json_format.ParseDict(statement, statement_pb2.Statement())).validate()
        assert set(statement["predicate"]) == {"verifier", "timeCreated", "properties"}
        assert statement["predicate"]["verifier"]["policies"] == []
        del statement["predicate"]["timeCreated"]
    assert both[0] == both[1]


if __name__ == "__main__":
    main()
