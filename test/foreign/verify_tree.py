"""Verifies a tree of checkpoints, and with a log the entries under it: python3 and openssl, nothing else.

    verify_tree.py DIR VKEY [AUDIT_JSONL]
"""

import base64
import hashlib
import os
import subprocess
import sys
import tempfile

folder, verifier = sys.argv[1:3]


def fail(what):
    print("FAIL", what)
    sys.exit(1)


def sha256(data):
    return hashlib.sha256(data).digest()


def read(path):
    with open(os.path.join(folder, path), "rb") as file:
        return file.read()


def tile_number(index):
    path = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        path = "x%03d/%s" % (index % 1000, path)
    return path


def openssl_verifies(key, message, signature):
    with tempfile.TemporaryDirectory() as scratch:
        names = {}
        spki = bytes.fromhex("302a300506032b6570032100") + key
        for name, data in (("key", spki), ("message", message), ("signature", signature)):
            names[name] = os.path.join(scratch, name)
            with open(names[name], "wb") as file:
                file.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", names["key"], "-in", names["message"], "-sigfile", names["signature"]]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def open_note(note):
    name, key_id, encoded = verifier.split("+", 2)
    key = base64.b64decode(encoded)
    if key[0] != 1 or sha256(name.encode() + b"\n" + key)[:4].hex() != key_id:
        fail("key")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    for line in lines.splitlines():
        dash, signer, signature = line.split(" ")
        data = base64.b64decode(signature)
        if dash == "\u2014" and signer == name and data[:4].hex() == key_id:
            if openssl_verifies(key[1:], text.encode(), data[4:]):
                return name, text
    return fail("signature")


def leaves_of(size):
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        path = tile_number(index) + ("" if width == 256 else ".p/%d" % width)
        bundle, at, leaves = read("tile/entries/" + path), 0, []
        while at < len(bundle):
            end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            leaves.append(bundle[at + 2 : end])
            at = end
        hashes = b"".join(sha256(b"\0" + leaf) for leaf in leaves)
        if len(leaves) != width or hashes != read("tile/0/" + path):
            fail("leaf in bundle %d" % index)
        yield from leaves


def root_of(leaves):
    row = [sha256(b"\0" + leaf) for leaf in leaves]
    while len(row) > 1:
        pairs = range(0, len(row) - 1, 2)
        above = [sha256(b"\1" + row[at] + row[at + 1]) for at in pairs]
        row = above + (row[-1:] if len(row) % 2 else [])
    return row[0]


def entry_leaves(path):
    """What stands in the log, as leaves: by its place in the line, not by a parser."""
    with open(path, "rb") as file:
        for line in file:
            digest, text = line[83:147].decode(), line[157:-2]
            sequence = int(text.rsplit(b'"seq":', 1)[1].split(b",")[0])
            yield (
                b"\1"
                + sha256(b"main/0")
                + sequence.to_bytes(8, "big")
                + bytes.fromhex(digest)
                + sha256(text)
            )


origin, body = open_note(read("checkpoint").decode())
lines = body.split("\n")
count = int(lines[1])
if lines[0] != origin:
    fail("origin")
found = list(leaves_of(count))
if base64.b64encode(root_of(found)).decode() != lines[2]:
    fail("root")
if len(sys.argv) > 3:
    for number, leaf in enumerate(entry_leaves(sys.argv[3])):
        if number < count and found[number] != leaf:
            fail("entry %d" % number)
print("ok", count, lines[2])
