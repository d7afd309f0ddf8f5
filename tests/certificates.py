"""Certificates of TLS for servers on loopback, made by the openssl command."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIG = """\
[ca]
default_ca = own
[own]
new_certs_dir = {folder}
database = {folder}/index
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1
basicConstraints = critical, CA:TRUE
"""


def certificate(folder: Path, begins: str, ends: str) -> tuple[Path, Path]:
    """
    Return the certificate of 127.0.0.1 and its key, signed by itself.

    Args:
        begins, ends: When it is valid, as `20200101000000Z`.
    """
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    config = folder / "openssl.cnf"
    config.write_text(_CONFIG.format(folder=folder))
    key, request, made = (folder / name for name in ("key.pem", "request.pem", "cert.pem"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl("req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=127.0.0.1")
    dates = ("-startdate", begins, "-enddate", ends)
    signing = ("-batch", "-notext", "-selfsign", "-config", config, "-keyfile", key)
    _openssl("ca", *signing, *dates, "-in", request, "-out", made)
    return made, key


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
