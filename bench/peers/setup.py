"""Sets up what each family of peers needs, once, in a cache folder: virtual
environments, unpacked Debian packages (nothing is installed in the system), binaries.
A family that cannot be had raises Missing with the reason."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("WEFT_PEERS_DIR") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft-peers")
DEBIAN = ["libblis4-openmp=0.9.0-1", "libxsmm-dev=1.17-2", "libeigen3-dev=3.4.0-4", "libsleef3=3.5.1-3", "libsleef-dev=3.5.1-3"]
AVX512 = ["-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq", "-mfma"]
AVX2 = ["-mavx2", "-mfma"]


class Missing(Exception):
    """A peer that this machine cannot have, with the reason."""


def command(arguments, **options):
    """Runs a command quietly; its last words are the reason where it fails."""
    if not shutil.which(str(arguments[0])):
        raise Missing(f"{arguments[0]} is not installed")
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if done.returncode:
        last = [line for line in done.stdout.splitlines() if line.strip()][-1:] or ["no message"]
        raise Missing(f"{Path(str(arguments[0])).name} {arguments[1] if len(arguments) > 1 else ''} failed: {last[0].strip()[:200]}")
    return done.stdout


def fresh(stamp, *sources):
    """Whether stamp was written for these sources; returns (is it, write)."""
    digest = hashlib.sha256(b"".join(Path(s).read_bytes() for s in sources)).hexdigest()
    stamp = CACHE / f"{stamp}.stamp"
    return stamp.exists() and stamp.read_text() == digest, lambda: stamp.write_text(digest)


def python(name):
    """The interpreter of a virtual environment with the pinned requirements."""
    folder, requirements = CACHE / f"venv-{name}", HERE / "requirements" / f"{name}.txt"
    done, write = fresh(f"venv-{name}", requirements)
    if not done:
        print(f"setting up {name} (pip)", file=sys.stderr)
        command([sys.executable, "-m", "venv", "--clear", folder])
        command([folder / "bin/pip", "install", "-q", "--no-cache-dir", "-r", requirements])
        write()
    return folder / "bin/python"


def debian():
    """The folder where the pinned Debian packages are unpacked."""
    folder = CACHE / "debian"
    done = folder / "done"
    if not done.exists() or done.read_text() != " ".join(DEBIAN):
        print("unpacking Debian packages", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(Path("/var/lib/apt/lists").glob("*Packages*")):
            command(["apt-get", "update", "-qq"])
        command(["apt-get", "download", *DEBIAN], cwd=folder)
        for package in folder.glob("*.deb"):
            command(["dpkg", "-x", package, folder])
        done.write_text(" ".join(DEBIAN))
    return folder


def golang(name):
    """A peer in Go, always built anew: Weft is one of them."""
    environment = dict(os.environ, GOFLAGS="-buildvcs=false")
    if name == "gomlx":
        environment["GOEXPERIMENT"] = "simd"  # its fastest backend
    command(["go", "build", "-o", CACHE / "bin" / name, f"./golang/{name}"], cwd=HERE, env=environment)
    return CACHE / "bin" / name


def rust(isa):
    """The Rust harness, with or without AVX-512."""
    target, folder = CACHE / f"cargo-{isa}", HERE / "rust"
    done, write = fresh(f"cargo-{isa}", folder / "Cargo.lock", folder / "Cargo.toml", folder / "src/main.rs")
    if not done:
        print(f"building the Rust harness for {isa}", file=sys.stderr)
        features = ["--features", "avx512"] if isa == "avx512" else []
        command(["cargo", "build", "-q", "--release", "--locked", *features], cwd=folder, env=dict(os.environ, CARGO_TARGET_DIR=str(target)))
        write()
    return target / "release/peers"


def compiled(name, arguments):
    """A binary that gcc or g++ makes."""
    out = CACHE / "bin" / name
    out.parent.mkdir(parents=True, exist_ok=True)
    command([*arguments, "-o", out])
    return out


def harness():
    return compiled("sgemm", ["gcc", "-O2", HERE / "blas/sgemm.c", "-ldl"])


def library(name, isa):
    """Path and kind of a library for the C harness, and its environment."""
    if name == "blis":
        found = next((debian() / "usr").rglob("libblis.so.4*"))
        return found, "cblas", {"BLIS_ARCH_TYPE": "0" if isa == "avx512" else "3"}  # skx, haswell: 0.9 knows no Zen 5
    if name == "libxsmm":
        lib = debian() / "usr/lib"
        archives = ["-Wl,--whole-archive", lib / "libxsmm.a", lib / "libxsmmnoblas.a", "-Wl,--no-whole-archive"]
        made = compiled("libxsmm.so", ["gcc", "-shared", *archives, "-lpthread", "-ldl", "-lm"])
        return made, "xsmm", {"LIBXSMM_TARGET": "skx" if isa == "avx512" else "hsw"}
    if name == "eigen":
        flags = AVX512 if isa == "avx512" else AVX2
        headers = debian() / "usr/include/eigen3"
        made = compiled(f"libeigen-{isa}.so", ["g++", "-O3", *flags, "-fopenmp", "-shared", "-fPIC", "-I", headers, HERE / "blas/eigen.cpp"])
        return made, "cblas", {}
    root = python("blas").parent.parent
    environment = {"LD_LIBRARY_PATH": str(root / "lib")}
    if name == "mkl":  # on AMD it takes AVX2 by itself, and nothing changes that
        limit = {} if isa == "avx512" else {"MKL_ENABLE_INSTRUCTIONS": "AVX2"}
        return root / "lib/libmkl_rt.so.3", "cblas", environment | limit | {"MKL_THREADING_LAYER": "INTEL"}
    if name == "onednn":
        return root / "lib/libdnnl.so.3", "dnnl", environment | ({} if isa == "avx512" else {"ONEDNN_MAX_CPU_ISA": "AVX2"})
    if name == "openblas":
        found = next(root.rglob("libscipy_openblas.so"))
        return found, "scipy", {"OPENBLAS_CORETYPE": "SkylakeX" if isa == "avx512" else "Haswell"}
    raise Missing(f"no library {name}")


def worker(family, isa, threads, data):
    """Command line and environment of a peer's process."""
    if family in ("jax", "tensorflow", "torch", "numpy", "onnxruntime"):
        core = "SkylakeX" if isa == "avx512" else "Haswell"
        return [python(family), HERE / "python" / f"{family}_peer.py", threads, data], {"OPENBLAS_CORETYPE": core}
    if family in ("weft", "gonum", "gorgonia", "gomlx"):
        return [golang(family), threads, data], {"GOMAXPROCS": str(threads), "ASSUME_NO_MOVING_GC_UNSAFE_RISK_IT_WITH": "go1.26"}
    if family == "rust":
        return [rust(isa), threads], {"MATMUL_NUM_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
    if family == "functions":
        usr = debian() / "usr"
        headers, lib = usr / "include", usr / "lib/x86_64-linux-gnu"
        return [compiled(f"map-{isa}", ["g++", "-O3", "-std=c++17", *(AVX512 if isa == "avx512" else AVX2), "-I", headers / "eigen3",
                                        "-I", headers / "x86_64-linux-gnu", HERE / "functions/map.cpp", lib / "libsleef.so.3",
                                        f"-Wl,-rpath,{lib}", "-lmvec", "-lm"])], {}
    path, kind, environment = library(family, isa)
    return [harness(), path, kind], environment
